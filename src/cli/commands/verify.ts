/** `hashgap verify`: every kernel of this machine against the known vectors. */
import type { Command } from 'commander';
import { listKernels, testKernel } from '../../engine/select.ts';
import { selfTestCases } from '../../engine/self-test.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import { jsonLine } from '../../report/json.ts';
import type { Context } from '../context.ts';
import { kernelObject } from './devices.ts';

const EXAMPLES = `
Examples:
  $ hashgap verify && echo every kernel is right
  $ hashgap verify --json`;

/** Adds the command to the program. */
export function addVerify(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('verify')
    .summary('check every kernel against known vectors')
    .description(
      'Run every kernel this machine can run against known headers and the SHA-256 oracle. Exits 4 if one is wrong.',
    )
    .option('--json', 'one JSON object, schema hashgap.verify/1')
    .addHelpText('after', EXAMPLES)
    .action((flags: { json?: boolean }) => done(verifyCommand(flags, context)));
}

function verifyCommand({ json }: { json?: boolean }, { output }: Context): ExitCode {
  const cases = selfTestCases();
  const kernels = listKernels().map((kernel) => testKernel(kernel, cases));
  const ok = kernels.every(({ selfTest }) => selfTest !== 'failed');
  if (json) {
    const objects = kernels
      .map((kernel) => kernelObject(kernel, undefined))
      .map(({ selected: _, ...object }) => object);
    output.out(
      jsonLine({ schema: 'hashgap.verify/1', ok, cases: cases.map(({ name }) => name), kernels: objects }),
    );
    return ok ? EXIT.ok : EXIT.selfTest;
  }
  for (const { name, selfTest, failure, missing } of kernels) {
    const result =
      selfTest === 'failed'
        ? output.paint('red', `FAILED: ${failure}`)
        : (selfTest ?? `not run, needs ${missing.join(', ')}`);
    output.out(`${name}: ${result}`);
  }
  output.out(
    `${cases.length} cases each: ${ok ? 'every kernel that runs here is right' : 'do not mine with a kernel that failed'}`,
  );
  return ok ? EXIT.ok : EXIT.selfTest;
}
