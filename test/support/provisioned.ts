/** What a script under scripts/ provisions, or why the tests that need it are skipped. */

/** What was found, or the one sentence that says why there is none. */
export type Provisioned<T> = { readonly found: T } | { readonly skip: string };

/**
 * Provisions something. It may download for minutes: call it at the top of a test file, where no test's time limit runs.
 *
 * @param tests - what is skipped without it, as in "Tests of ... are skipped".
 * @throws Error on CI, where what is missing must fail the run rather than skip the tests.
 */
export async function provisioned<T>(
  tests: string,
  provision: (options: { readonly log: (line: string) => void }) => Promise<T>,
): Promise<Provisioned<T>> {
  try {
    return { found: await provision({ log: (line) => process.stderr.write(`${line}\n`) }) };
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    const { message } = error as Error;
    process.stderr.write(`Tests of ${tests} are skipped: ${message}\n`);
    return { skip: message };
  }
}
