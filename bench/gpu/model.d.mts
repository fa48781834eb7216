/** Types of model.mjs. */
export interface Range {
  readonly least: number;
  readonly most: number;
}
export const LOGIC_PER_HASH: Readonly<Record<string, Range>>;
export const PREDICTED_H200: Readonly<Record<string, Range>>;
export function limitOf(of: {
  readonly multiprocessors: number;
  readonly clockMHz: number;
  readonly logicPerHash: number;
}): number;
