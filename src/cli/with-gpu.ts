/** A GPU for one piece of work: closed at its end, and at Ctrl-C, which ends tunings and scans. */
import type { TunedGpu } from '../engine/gpu/tuned.ts';

/** Does `work`, and closes the engine whatever comes of it. */
export async function withGpu<T>(
  gpu: TunedGpu,
  interrupted: AbortSignal,
  work: (gpu: TunedGpu) => Promise<T>,
): Promise<T> {
  const close = () => void gpu.engine.close();
  interrupted.addEventListener('abort', close, { once: true });
  try {
    return await work(gpu);
  } finally {
    interrupted.removeEventListener('abort', close);
    await gpu.engine.close();
  }
}
