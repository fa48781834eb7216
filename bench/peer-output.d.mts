/** Types of peer-output.mjs. */
export interface PeerOutput {
  /** Hashes per second of wall time. */
  readonly hashesPerSecond: number | undefined;
  readonly lastTotal: number | undefined;
  readonly name: string | undefined;
  readonly compiler: string | undefined;
  readonly features: string | undefined;
}
export function plainText(text: string): string;
export function parseRate(text: string): number | undefined;
export function parsePeerOutput(text: string): PeerOutput;
export function countHashes(
  output: Pick<PeerOutput, 'lastTotal' | 'hashesPerSecond'>,
  elapsedSeconds: number,
): number | undefined;
export function parseTimes(text: string): { readonly user: number; readonly system: number } | undefined;
