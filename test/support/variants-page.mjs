/** A page that runs the self-test of one kernel after the other on the browser's GPU; the test builds it and asks it. */
import { generateKernel } from '../../shaders/generate.ts';
import { parseVariant } from '../../shaders/variants.ts';
import { describeAdapter } from '../../src/gpu/adapter.ts';
import { compileKernel } from '../../src/gpu/compile.ts';
import { Dispatcher } from '../../src/gpu/dispatcher.ts';
import { createLane } from '../../src/gpu/lane.ts';
import { gpuSelfTest, gpuSelfTestCases } from '../../src/gpu/self-test.ts';

const adapter = await navigator.gpu.requestAdapter();
const device = await adapter.requestDevice();
const dispatcher = new Dispatcher({ targetMs: 80, now: () => performance.now(), deviceName: 'under test' });

globalThis.variants = {
  adapter: describeAdapter(adapter),
  /** What is wrong with the kernel of that name; null where nothing is. */
  async selfTest(name) {
    const lane = createLane(device, name, false);
    const kernel = await compileKernel(device, generateKernel(parseVariant(name)), { timeLimitMs: 300_000 });
    const failure = await gpuSelfTest({ dispatcher, lane, kernel, cases: gpuSelfTestCases(true) });
    lane.destroy();
    return failure ?? null;
  },
};
