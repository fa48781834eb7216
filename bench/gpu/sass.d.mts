/** Types of sass.mjs. */
export interface Instruction {
  readonly address: number;
  readonly name: string;
  readonly operands: string;
}
export interface SassCounts {
  readonly shf: number;
  readonly lop3: number;
  readonly iadd3: number;
  readonly viadd: number;
  readonly imad: number;
  readonly otherAlu: number;
  readonly other: number;
  readonly all: number;
  readonly alu: number;
  readonly imadConstant: number;
  readonly imadForms: Readonly<Record<string, number>>;
}
export function parseSass(text: string): Instruction[];
export function loopOf(instructions: readonly Instruction[]): readonly Instruction[];
export function countSass(instructions: readonly Instruction[]): SassCounts;
export function sassFunctions(text: string): Record<string, string>;
export function parseResources(
  text: string,
): Record<string, { readonly registers?: number; readonly spilledBytes?: number }>;
