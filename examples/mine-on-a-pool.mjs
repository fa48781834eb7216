/** Mines for a pool until ten shares have their verdict, or Ctrl-C: node examples/mine-on-a-pool.mjs stratum+tcp://pool.example:3333 ADDRESS.worker */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  mine,
  NO_STATS,
  openJournal,
  parsePoolUrl,
  reduceStats,
  StratumClient,
  selectKernel,
  startEngine,
  summarize,
} from 'hashgap';

const SHARES = 10;
const [url, worker] = process.argv.slice(2);
if (url === undefined || worker === undefined) {
  console.error(
    'Expected a pool and a worker: node mine-on-a-pool.mjs stratum+tcp://pool.example:3333 ADDRESS.worker',
  );
  process.exit(2);
}

const end = new AbortController();
process.once('SIGINT', () => end.abort());
const startedMs = performance.now();
let stats = NO_STATS;
let verdicts = 0;
const emit = (body) => {
  stats = reduceStats(stats, { ...body, atMs: Date.now() }); // events in, numbers out
  if (body.type === 'source-up') console.log(`connected to ${body.source}`);
  if (body.type === 'source-down') console.log(`no work from ${body.source}: ${body.reason}`);
  if (body.type !== 'share-verdict') return;
  console.log(`share ${body.hash}: ${body.verdict.outcome}`);
  if (++verdicts >= SHARES) end.abort();
};

// A share that is a block would be kept here until the pool has answered; a real miner keeps this file.
const folder = await mkdtemp(join(tmpdir(), 'hashgap-example-'));
const journal = await openJournal(join(folder, 'blocks.jsonl'), 'main', () => new Date());
const engine = startEngine(selectKernel({ engine: 'auto', kernel: undefined }).kernel, 1);
const client = new StratumClient({
  pools: [{ endpoint: parsePoolUrl(url), session: { worker, agent: 'example/1.0' } }],
  emit,
});

await mine({ source: client, shares: client, engines: [engine], journal, emit, signal: end.signal });

const { shares, hashesPerSecond } = summarize(stats, (performance.now() - startedMs) / 1000);
console.log(
  `${shares?.accepted ?? 0} accepted of ${shares?.found ?? 0}, at ${hashesPerSecond.toFixed(0)} hashes per second`,
);
await Promise.all([client.close(), engine.close(), journal.close()]);
await rm(folder, { recursive: true });
