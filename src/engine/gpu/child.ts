/** The child process that has one adapter: what its parent asks is done with src/gpu, and when the parent is gone it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HashgapError, isHashgapError } from '../../errors.ts';
import { describeAdapter } from '../../gpu/adapter.ts';
import { type Gpu, openGpu } from '../../gpu/open.ts';
import { measureGpuThroughput } from '../../gpu/throughput.ts';
import { listAdapterNames, loadDawn, requestAdapter } from './dawn.ts';
import { kernelsOf } from './kernels.ts';
import type { AdapterName, FromChild, ToChild } from './protocol.ts';

// Ctrl-C in a terminal and a service manager's stop reach every process of the program: the parent ends this one when it is ready.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.channel?.ref(); // also between two listeners for messages

/** Resolves when the message has left this process: what may crash the driver waits for that. When the parent is gone 'disconnect' follows. */
const sent = (message: FromChild) =>
  new Promise<void>((resolve) => {
    if (!process.connected || process.send === undefined) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
const send = (message: FromChild) => void sent(message);

process.once('message', (message: ToChild) => {
  begin(message).catch((error: unknown) => {
    const { code, message: sentence } = isHashgapError(error) ? error : unexpected(error);
    last({ type: 'cannot', error: { code, message: sentence } });
  });
});

function unexpected(error: unknown): HashgapError {
  const reason = error instanceof Error ? error.message : String(error);
  return new HashgapError(
    'GPU_UNAVAILABLE',
    `Expected the GPU's driver to work, received "${reason}". Update it.`,
  );
}

/** Sends a message and ends. */
function last(message: FromChild): void {
  process.send?.(message, undefined, undefined, () => process.exit());
}

/** The first message says what this process is for. */
async function begin(message: ToChild): Promise<void> {
  if (message.type === 'list') return list();
  if (message.type === 'describe') return describe(message.adapters);
  if (message.type === 'measure') return measure(message);
  if (message.type === 'open') return open(message);
  process.exit(); // closed before it began
}

async function list(): Promise<void> {
  const dawn = await loadDawn();
  last({ type: 'listed', adapters: await listAdapterNames(dawn), webgpu: dawn.version });
}

/** One by one: where a driver crashes, the parent knows which. */
async function describe(adapters: readonly AdapterName[]): Promise<void> {
  const dawn = await loadDawn();
  for (const [index, name] of adapters.entries()) {
    const adapter = await requestAdapter(dawn, name);
    const info = adapter === undefined ? undefined : describeAdapter(adapter);
    await sent({ type: 'described', index, info });
  }
  process.exit();
}

async function measure({ adapter, seconds }: Extract<ToChild, { type: 'measure' }>): Promise<void> {
  last({ type: 'measured', gpu: await measureGpuThroughput(await find(adapter), { seconds }) });
}

async function find({ backend, name }: AdapterName): Promise<GPUAdapter> {
  const adapter = await requestAdapter(await loadDawn(), { backend, name });
  if (adapter !== undefined) return adapter;
  throw new HashgapError(
    'GPU_UNAVAILABLE',
    `Expected ${backend} to have the GPU ${name}, received none of that name. hashgap devices lists those there are.`,
  );
}

async function open(order: Extract<ToChild, { type: 'open' }>): Promise<void> {
  const adapter = await find(order.adapter);
  let gpu: Gpu | undefined;
  let told = '';
  const tellKernel = () => {
    const inUse = gpu?.kernels.map(({ name, midstates }) => ({ name, midstates })) ?? [];
    const [best, ...others] = inUse;
    const names = inUse.map(({ name }) => name).join();
    if (best === undefined || names === told) return;
    told = names;
    send({ type: 'kernel', ...best, others });
  };
  gpu = await openGpu({
    adapter,
    kernels: kernelsOf(order.kernels),
    singles: kernelsOf(order.singles),
    targetMs: order.targetMs,
    sleep,
    onMismatch(kernel) {
      send({ type: 'mismatch', kernel });
      tellKernel();
    },
  });
  // Rejections of scans that run are on their way too: this process is over, and the parent has all of their requests.
  void gpu.lost.then((reason) => last({ type: 'lost', reason }));
  tellKernel();
  send({ type: 'opened', info: gpu.info, parallelism: gpu.parallelism });
  serve(gpu, tellKernel);
}

/** Answers requests until the parent has had enough. */
function serve(gpu: Gpu, tellKernel: () => void): void {
  const aborts = new Map<number, AbortController>();
  let tuning: AbortController | undefined;

  const scan = async ({ id, request }: Extract<ToChild, { type: 'scan' }>) => {
    const abort = new AbortController();
    aborts.set(id, abort);
    try {
      const result = await gpu.scan(request, abort.signal);
      tellKernel(); // first, so that the next request has as many versions as the kernel wants
      send({ type: 'scanned', id, result, usage: usageOf(gpu) });
    } catch (error) {
      if (isHashgapError(error, 'GPU_LOST')) return; // the loss itself is told
      const { code, message } = isHashgapError(error) ? error : unexpected(error);
      send({ type: 'failed', id, error: { code, message } });
    } finally {
      aborts.delete(id);
    }
  };
  const tune = async ({ kernels, seconds }: Extract<ToChild, { type: 'tune' }>) => {
    const onTry = (kernel: string) => sent({ type: 'trying', kernel });
    const onRow = (row: Extract<FromChild, { type: 'row' }>['row']) => send({ type: 'row', row });
    tuning = new AbortController();
    await gpu.tune({ candidates: kernelsOf(kernels), seconds, onTry, onRow, signal: tuning.signal });
    tellKernel();
    send({ type: 'tuned' });
  };

  process.on('message', (message: ToChild) => {
    if (message.type === 'scan') void scan(message);
    if (message.type === 'abort') aborts.get(message.id)?.abort();
    if (message.type === 'tune') tune(message).catch(() => {}); // it ends early only with the device, whose loss is told
    if (message.type === 'stop-tuning') tuning?.abort();
    if (message.type === 'close') void gpu.close().finally(() => process.exit());
  });
}

function usageOf(gpu: Gpu) {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, gpuSeconds: gpu.gpuSeconds() };
}
