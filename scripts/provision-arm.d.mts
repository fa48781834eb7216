/** The types of provision-arm.mjs, for the tests that import it. */

/** Programs by absolute path. */
export interface ArmTools {
  /** A g++ whose programs run on 64-bit Arm Linux. */
  readonly compiler: string;
  /** What runs them; undefined where this machine does. */
  readonly emulator: string | undefined;
}

/**
 * The compiler and emulator on PATH, else the cached ones, else Debian's packages unpacked into the cache.
 *
 * @throws Error with one sentence that names the next step.
 */
export function provisionArm(options?: { readonly log?: (line: string) => void }): Promise<ArmTools>;
