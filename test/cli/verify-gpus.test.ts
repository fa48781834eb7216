/** The kernels of a GPU as `verify` tests them: what an interrupt leaves of them. */
import { expect, it } from 'vitest';
import { verifyKernels } from '../../src/cli/verify-gpus.ts';
import { createJsEngine } from '../../src/engine/js/engine.ts';
import type { TuneRow } from '../../src/gpu/tune.ts';
import type { HashEngine } from '../../src/work/ports.ts';
import { NOTHING_SCANNED } from '../../src/work/scan.ts';

const ROWS: TuneRow[] = (['right', 'wrong', 'refused'] as const).map((status) => ({
  kernel: status,
  midstates: 1,
  workgroupSize: 64,
  noncesPerInvocation: 1,
  status,
}));

/** An engine whose kernel is the right one. */
const engineOf = (scan: HashEngine['scan']): HashEngine => ({
  name: 'gpu',
  kernel: 'right',
  parallelism: 1,
  preferredMidstates: 1,
  scan,
  close: async () => {},
});

it('what the whole engine gets wrong is wrong with its kernel', async () => {
  const check = async () => ROWS;
  const never = new AbortController().signal;
  const tests = async (engine: HashEngine) =>
    (await verifyKernels({ engine, check }, never)).map(({ name, selfTest }) => [name, selfTest]);
  const right = createJsEngine({ threads: 1, preferredMidstates: 1 });
  expect(await tests(engineOf((...scan) => right.scan(...scan)))).toEqual([
    ['right', 'passed'],
    ['wrong', 'failed'],
    ['refused', undefined],
  ]);
  await right.close();
  expect((await tests(engineOf(async () => NOTHING_SCANNED)))[0]).toEqual(['right', 'failed']);
});

it('an interrupt, which closes the engine, is no failure, and no kernel is tested after it', async () => {
  const interrupt = new AbortController();
  const engine = engineOf(async () => {
    interrupt.abort();
    return NOTHING_SCANNED;
  });
  const check = () => expect.unreachable('the engine is closed');
  expect(await verifyKernels({ engine, check }, interrupt.signal)).toEqual([]);
});
