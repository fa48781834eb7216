/** What a GPU of this machine moves and computes, measured by a child process. */
import type { MeasuredGpu } from '../../economics/throughput.ts';
import { HashgapError } from '../../errors.ts';
import { type AskOptions, ask } from './ask.ts';
import type { AdapterName, WireError } from './protocol.ts';

/** Compilers and drivers that need their time, beside the measurement itself, milliseconds. */
const PATIENCE_MS = 30_000;

/**
 * Measures a GPU.
 *
 * @param seconds - for the memory; each of the four kinds of arithmetic has a third of it.
 * @returns undefined when it was aborted.
 * @throws {HashgapError} as `measureGpuThroughput` does, and `GPU_LOST` when the driver took its process along or hung.
 */
export async function measureGpu(
  adapter: AdapterName,
  seconds: number,
  options: AskOptions = {},
): Promise<MeasuredGpu | undefined> {
  let gpu: MeasuredGpu | undefined;
  let refusal: WireError | undefined;
  const patienceMs = options.patienceMs ?? PATIENCE_MS + 3_000 * seconds;
  const end = await ask({ type: 'measure', adapter, seconds }, { ...options, patienceMs }, (message) => {
    if (message.type === 'measured') gpu = message.gpu;
    if (message.type === 'cannot') refusal = message.error;
  });
  if (gpu !== undefined) return gpu;
  if (options.signal?.aborted) return undefined;
  if (refusal !== undefined) throw new HashgapError(refusal.code, refusal.message);
  throw new HashgapError(
    'GPU_LOST',
    `Expected GPU ${adapter.name} to finish its measurement, but ${end.how}. Update its driver.`,
    { details: { device: adapter.name, reason: end.how } },
  );
}
