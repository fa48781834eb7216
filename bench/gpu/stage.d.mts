/** Types of stage.mjs. */
export function stageFiles(root: string, folder: string): void;
export function checkStage(folder: string): void;
