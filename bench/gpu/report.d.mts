/** Types of report.mjs. */
export interface TableRow {
  readonly step: string;
  readonly name: string;
  readonly measured: number | undefined;
  readonly limit?: number;
  readonly ofLimit?: number;
  readonly ofCuda?: number;
  readonly goals: readonly { readonly text: string; readonly value: number; readonly met: boolean }[];
  readonly prediction?: { readonly verdict: 'met' | 'missed' };
  readonly note?: string;
}
export function tableRows(document: unknown): TableRow[];
export function markdown(document: unknown): string;
