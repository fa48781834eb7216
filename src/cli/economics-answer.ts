/** How an economic command ends: with its answer as lines or as one object, or interrupted. */
import { EXIT, type ExitCode } from '../errors.ts';
import { jsonLine } from '../report/json.ts';
import type { Context } from './context.ts';

/** What a command found out. */
export interface Answer {
  /** For people, in so many columns. */
  lines(width: number): readonly string[];
  /** For `--json`. */
  readonly object: object;
}

/**
 * Finds the answer and prints it.
 *
 * @param find - gives undefined, or fails in any way, when it was interrupted.
 */
export async function answer(
  { output, interrupted }: Context,
  json: boolean | undefined,
  find: () => Promise<Answer | undefined>,
): Promise<ExitCode> {
  try {
    const found = await find();
    if (found === undefined) return EXIT.interrupted;
    for (const line of json ? [jsonLine(found.object)] : found.lines(output.width)) output.out(line);
    return EXIT.ok;
  } catch (error) {
    if (interrupted.aborted) return EXIT.interrupted;
    throw error;
  }
}
