/** Stratum on loopback: notify to first hash, share to socket, and what a flood of notifies costs the engines. */
import { once } from 'node:events';
import { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { selectKernel, startEngine } from '../dist/src/engine/select.js';
import { mine } from '../dist/src/miner/mine.js';
import { createStratumClient } from '../dist/src/source/stratum/client.js';
import { parsePoolUrl } from '../dist/src/source/stratum/endpoint.js';
import { printSpread } from './harness.mjs';

const SWITCHES = 100;
const SHARE_SECONDS = 2;
const FLOOD = { perSecond: 10_000, seconds: 1 };
const FLOOD_ROUNDS = 5;
/** Scans are counted when they end: short ones, so that a window holds hundreds. */
const SCAN_NONCES = 2 ** 18;
const STAMPS = 1_000_000;

const nowMs = () => performance.timeOrigin + performance.now();

/** All three, on every CPU and with one left free. */
export async function benchStratum() {
  const { kernel } = selectKernel({ engine: 'auto', kernel: undefined });
  const all = availableParallelism();
  for (const threads of all > 1 ? [all, all - 1] : [all]) {
    console.log(`Stratum on loopback, ${kernel.name}, ${threads} of ${all} CPUs hash, the pool is a thread:`);
    await onePool(kernel, threads);
  }
}

async function onePool(kernel, threads) {
  const stamps = new Float64Array(new SharedArrayBuffer(8 * STAMPS));
  const worker = new Worker(new URL('./stratum-pool.mjs', import.meta.url), { workerData: { stamps } });
  const [{ port }] = await once(worker, 'message');
  const engine = startEngine(kernel, threads);
  const taps = createTaps(engine, stamps);
  const client = createStratumClient({ pools: [poolAt(port)], emit: taps.emit });
  const over = new AbortController();
  const mining = mine({
    source: client,
    shares: client,
    engines: [taps.engine],
    journal: { path: '', pending: [], add: async () => {}, settle: async () => {}, close: async () => {} },
    emit: taps.emit,
    signal: over.signal,
    graceMs: 100,
  });
  const task = async (options) => {
    worker.postMessage(options);
    const [done] = await once(worker, 'message');
    return done;
  };
  await taps.firstScan;
  await delay(300); // the threads are started and the code is compiled
  await task({ task: 'switches', rounds: 10 });
  taps.clear();
  await task({ task: 'switches', rounds: SWITCHES });
  printSpread('  notify sent to first scan of its job', taps.toScan);
  printSpread('  notify sent to first share of its job', taps.toShare);
  taps.clear();
  await task({ task: 'shares', difficulty: 2e-5, seconds: SHARE_SECONDS });
  printSpread('  share found to bytes on the socket', taps.toSocket);
  await flood(taps, task);
  over.abort();
  await mining;
  await client.close();
  taps.restore();
  await engine.close();
  await worker.terminate();
}

/**
 * The engines in turn without and with the flood. Hashes for each second of their processor time: whatever else runs on this machine takes time away, but does
 * not change that. What the client itself takes away is how long the event loop is busy.
 */
async function flood(taps, task) {
  const windows = { quiet: [], flooded: [] };
  let sent = 0;
  let seconds = 0;
  for (let i = 0; i < FLOOD_ROUNDS; i++) {
    windows.quiet.push(await taps.window(() => delay(FLOOD.seconds * 1000)));
    const flooded = await taps.window(async () => {
      const done = await task({ task: 'flood', ...FLOOD });
      sent += done.sent;
      seconds += done.seconds;
    });
    windows.flooded.push(flooded);
  }
  const median = (list, key) =>
    list.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const [quiet, flooded] = [windows.quiet, windows.flooded].map((list) => ({
    rate: median(list, 'rate'),
    busy: median(list, 'busy'),
  }));
  const mega = ({ rate }) => `${(rate / 1e6).toFixed(2)} MH`;
  const percent = (part) => `${(100 * part).toFixed(2)}%`;
  console.log(
    `  ${Math.round(sent / seconds).toLocaleString('en-US')} notifies per second`.padEnd(52) +
      ` ${mega(quiet)} for each second of a CPU without them, ${mega(flooded)} with them: ${percent(1 - flooded.rate / quiet.rate)} lost;` +
      ` the event loop is busy ${percent(quiet.busy)} and ${percent(flooded.busy)} of the time`,
  );
}

const poolAt = (port) => ({
  endpoint: parsePoolUrl(`stratum+tcp://127.0.0.1:${port}`),
  session: { worker: 'bench.1', agent: 'bench' },
  transport: { limits: { messagesPerSecond: 100_000, messageBurst: 1_000_000 } }, // the limit is there to keep such pools away
});

/** Times taken from outside: the engine's calls, the socket's writes. */
function createTaps(engine, stamps) {
  const taps = { toScan: [], toShare: [], toSocket: [] };
  const scanned = new Set();
  const shared = new Set();
  let foundMs;
  let hashes = 0;
  let begun = () => {};
  const firstScan = new Promise((resolve) => {
    begun = resolve;
  });
  const write = Socket.prototype.write;
  Socket.prototype.write = function (text, ...rest) {
    const result = write.call(this, text, ...rest);
    if (foundMs !== undefined && typeof text === 'string' && text.includes('mining.submit')) {
      taps.toSocket.push(performance.now() - foundMs);
      foundMs = undefined;
    }
    return result;
  };
  const first = (seen, list, job) => {
    if (seen.has(job.id)) return;
    seen.add(job.id);
    list.push(nowMs() - stamps[Number(job.id)]);
  };
  return Object.assign(taps, {
    firstScan,
    engine: {
      ...engine,
      async scan(request, signal) {
        begun();
        first(scanned, taps.toScan, request.job);
        const nonceCount = Math.min(request.nonceCount, SCAN_NONCES);
        const result = await engine.scan({ ...request, nonceCount }, signal);
        if (result.hits.length > 0) {
          first(shared, taps.toShare, request.job);
          foundMs = performance.now();
        }
        return result;
      },
    },
    emit(event) {
      if (event.type === 'scan') hashes += event.hashes;
    },
    clear() {
      for (const list of [taps.toScan, taps.toShare, taps.toSocket]) list.length = 0;
    },
    async window(work) {
      const [before, cpu, loop] = [hashes, engine.cpuSeconds?.() ?? 0, performance.eventLoopUtilization()];
      const startMs = performance.now();
      await work();
      const seconds = (engine.cpuSeconds?.() ?? 0) - cpu || (performance.now() - startMs) / 1000;
      return { rate: (hashes - before) / seconds, busy: performance.eventLoopUtilization(loop).utilization };
    },
    restore() {
      Socket.prototype.write = write;
    },
  });
}
