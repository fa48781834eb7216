/** The process that a test's GPU lives in: drivers are chosen by the environment, and a crash ends nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from 'webgpu';
import { compileKernel } from '../../dist/src/gpu/compile.js';
import { Dispatcher } from '../../dist/src/gpu/dispatcher.js';
import { generateKernel, parseVariant, readableKernel } from '../../dist/src/gpu/kernels.js';
import { createLane } from '../../dist/src/gpu/lane.js';
import { openGpu } from '../../dist/src/gpu/open.js';
import { gpuSelfTest, gpuSelfTestCases } from '../../dist/src/gpu/self-test.js';

const SHADERS = join(import.meta.dirname, '../../shaders');

/** Dawn crashes when this object is collected while a device is in use (webgpu 0.6.2). */
const webgpu = create([]);

/** Everything that lives from one call to the next. */
const state = { gpu: undefined, device: undefined, adapter: undefined, mismatches: [], aborts: new Map() };

function named(name) {
  if (name !== 'readable') return generateKernel(parseVariant(name));
  const [sha256, scan] = ['sha256', 'scan'].map((file) =>
    readFileSync(join(SHADERS, `${file}.wgsl`), 'utf8'),
  );
  return readableKernel({ sha256, scan });
}

/** A kernel by name, or one that was changed on purpose: its WGSL by a regular expression, its numbers as they are given. */
function kernelOf(spec) {
  if (typeof spec === 'string') return named(spec);
  const { base, find, replace, ...changes } = spec;
  const kernel = named(base);
  const wgsl = find === undefined ? kernel.wgsl : kernel.wgsl.replace(new RegExp(find), replace);
  if (find !== undefined && wgsl === kernel.wgsl) throw new Error(`${find} is not in the WGSL of ${base}`);
  return { ...kernel, wgsl, ...changes };
}

/** CPU time of the main thread, where the system tells (Linux). */
function mainThreadMs() {
  const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

const operations = {
  async open({ kernels, sleeps = true, ...options }) {
    await state.gpu?.close();
    state.mismatches = [];
    state.adapter = await webgpu.requestAdapter();
    if (state.adapter === null) throw new Error('no adapter');
    const requestDevice = state.adapter.requestDevice.bind(state.adapter);
    state.adapter.requestDevice = async (descriptor) => {
      state.device = await requestDevice(descriptor);
      return state.device;
    };
    state.gpu = await openGpu({
      adapter: state.adapter,
      kernels: kernels.map(kernelOf),
      onMismatch: (kernel) => state.mismatches.push(kernel),
      ...(sleeps ? { sleep: (ms) => delay(ms) } : {}),
      ...options,
    });
    return operations.describe();
  },
  describe: () => {
    const { info, kernel, midstates, parallelism } = state.gpu;
    return {
      info,
      kernel,
      midstates,
      parallelism,
      mismatches: state.mismatches,
      gpuSeconds: state.gpu.gpuSeconds(),
    };
  },
  scan({ request, token }) {
    const abort = new AbortController();
    state.aborts.set(token, abort);
    return state.gpu.scan(request, abort.signal);
  },
  abort: ({ token }) => state.aborts.get(token).abort(),
  tune: ({ candidates, seconds }) => state.gpu.tune({ candidates: candidates.map(kernelOf), seconds }),
  /** Two scans of everything for a time, over and over: what a miner does. */
  async mine({ request, ms, times = 1 }) {
    const latencies = [];
    let nonces = 0;
    const before = { cpu: mainThreadMs(), at: performance.now() };
    for (let i = 0; i < times; i++) {
      const abort = new AbortController();
      const scans = [0, 1].map(() => state.gpu.scan(request, abort.signal));
      await delay(ms);
      const abortedMs = performance.now();
      abort.abort();
      for (const scan of scans) {
        scan.then(({ noncesScanned }) => {
          nonces += noncesScanned;
          latencies.push(performance.now() - abortedMs);
        });
      }
      await Promise.all(scans);
    }
    const tookMs = performance.now() - before.at;
    return { nonces, tookMs, mainThread: (mainThreadMs() - before.cpu) / tookMs, latencies };
  },
  async selfTest({ kernels, software, longestMs = Number.POSITIVE_INFINITY }) {
    const { device } = state;
    const dispatcher = new Dispatcher({
      targetMs: 80,
      now: () => performance.now(),
      deviceName: 'under test',
    });
    const cases = gpuSelfTestCases(software);
    const failures = [];
    for (const spec of kernels) {
      const lane = createLane(device, 'self-test', false);
      const kernel = await compileKernel(device, kernelOf(spec), { timeLimitMs: 300_000 });
      failures.push(await gpuSelfTest({ dispatcher, lane, kernel, cases, longestMs }));
      lane.destroy();
    }
    return failures;
  },
  setTargetMs: ({ targetMs }) => state.gpu.setTargetMs(targetMs),
  destroyDevice: () => state.device.destroy(),
  /** An error of the device that nobody asked for. */
  disturbDevice: () => {
    state.device.createBuffer({ size: 4, usage: 0 });
  },
  lost: () => state.gpu.lost,
  async close() {
    await state.gpu?.close();
    state.gpu = undefined;
  },
};

/** Nobody may be there any more. */
const send = (message) => process.connected && process.send(message, undefined, undefined, () => {});

process.on('message', async ({ id, operation, argument }) => {
  try {
    send({ id, result: await operations[operation](argument) });
  } catch (error) {
    send({ id, error: { code: error.code, message: error.message } });
  }
});
process.on('disconnect', () => process.exit(0));
send({ ready: webgpu !== undefined });
