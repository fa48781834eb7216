/** `hashgap verify`: every kernel of this machine against the known vectors. */
import type { Command } from 'commander';
import { listKernels, testKernel } from '../../engine/select.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import { jsonLine } from '../../report/json.ts';
import type { Output } from '../../report/lines.ts';
import { selfTestCases } from '../../work/self-test.ts';
import type { Context } from '../context.ts';
import { GPU_HELP } from '../options.ts';
import { verifiedGpuObject, verifyGpus } from '../verify-gpus.ts';
import { kernelObject } from './devices.ts';

interface VerifyFlags {
  readonly gpu?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ hashgap verify && echo every kernel is right
  $ hashgap verify --gpu software --json`;

/** Adds the command to the program. */
export function addVerify(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('verify')
    .summary('check every kernel against known vectors')
    .description(
      'Run every kernel this machine can run, on the CPU and on its GPUs, against known headers and the SHA-256 oracle. Exits 4 if one is wrong.',
    )
    .option('--gpu <gpu>', `${GPU_HELP} (default: every one in hardware)`)
    .option('--json', 'one JSON object, schema hashgap.verify/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: VerifyFlags) => done(await verifyCommand(flags, context)));
}

async function verifyCommand({ gpu, json }: VerifyFlags, context: Context): Promise<ExitCode> {
  const { output, interrupted } = context;
  const cases = selfTestCases();
  const kernels = listKernels().map((kernel) => testKernel(kernel, cases));
  const gpus = await verifyGpus(gpu, context);
  if (interrupted.aborted) return EXIT.interrupted;
  const results = [...kernels, ...gpus.flatMap((each) => each.kernels)];
  const ok = results.every(({ selfTest }) => selfTest !== 'failed');
  if (json) {
    const objects = kernels
      .map((kernel) => kernelObject(kernel, undefined))
      .map(({ selected: _, ...object }) => object);
    output.out(
      jsonLine({
        schema: 'hashgap.verify/1',
        ok,
        cases: cases.map(({ name }) => name),
        kernels: objects,
        gpus: gpus.map(verifiedGpuObject),
      }),
    );
    return ok ? EXIT.ok : EXIT.selfTest;
  }
  for (const { name, selfTest, failure, missing } of kernels)
    output.out(`${name}: ${result(selfTest, failure ?? `needs ${missing.join(', ')}`, output)}`);
  for (const { adapter, failure, kernels: tested } of gpus) {
    if (failure !== undefined) output.out(`${adapter.name}: not run, ${failure}`);
    for (const { name, selfTest, failure: why = '' } of tested)
      output.out(`${name} on ${adapter.name}: ${result(selfTest, why, output)}`);
  }
  output.out(
    `${cases.length} cases each: ${ok ? 'every kernel that runs here is right' : 'do not mine with a kernel that failed'}`,
  );
  return ok ? EXIT.ok : EXIT.selfTest;
}

function result(selfTest: 'passed' | 'failed' | undefined, why: string, { paint }: Output): string {
  if (selfTest === 'failed') return paint('red', `FAILED: ${why}`);
  return selfTest ?? `not run, ${why}`;
}
