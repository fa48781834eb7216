/** Loads what the bench loads only when it is under way: Dawn in its process, and the CPU engines that count hits again. pack.mjs runs it on what it packed. */
import { listGpus } from '../../dist/src/engine/gpu/list.js';
import { measureEngine } from '../../dist/src/engine/measure.js';
import { selectKernel, startEngine } from '../../dist/src/engine/select.js';

const { webgpu, reason } = await listGpus();
if (webgpu === undefined) throw new Error(reason);
for (const engine of ['auto', 'js']) {
  const { kernel } = selectKernel({ engine, kernel: undefined });
  const cpu = startEngine(kernel, 1);
  try {
    await measureEngine(cpu, 0.01);
  } finally {
    await cpu.close();
  }
}
