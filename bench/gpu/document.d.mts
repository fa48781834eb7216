/** Types of document.mjs. */
export function baseName(date: string, gpuName: string): string;
