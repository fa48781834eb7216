/** Mining with a GPU engine on a real node: alone, beside the CPU without doing anything twice, and with its process killed in the middle. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { NETWORKS } from '../../src/bitcoin/network.ts';
import { payoutScript } from '../../src/bitcoin/script.ts';
import { startEngines } from '../../src/engine/start.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { openJournal } from '../../src/miner/journal.ts';
import { mine } from '../../src/miner/mine.ts';
import { fileCredentials } from '../../src/source/node/credentials.ts';
import { createRpcClient } from '../../src/source/node/rpc.ts';
import { createNodeSource } from '../../src/source/node/source.ts';
import { createNodeSink } from '../../src/source/node/submit.ts';
import type { HashEngine } from '../../src/work/ports.ts';
import type { WorkUnit } from '../../src/work/unit.ts';
import { CLI_PATH } from '../support/cli.ts';
import { gone } from '../support/fake-gpu.ts';
import { DRIVERS, type DriverName, describeWithDriver } from '../support/vulkan.ts';
import {
  activeChain,
  describeWithNode,
  isVerdict,
  runMiner,
  startMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { pendingOf, readJournal, settledAs } from './journal.ts';

const SIGNET = { chain: 'signet', extraArgs: ['-signetchallenge=51'] } as const; // 4.8 million hashes a block
const SIGNET_ADDRESS = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';
const CLEAN = { rejected: 0, stale: 0, pending: 0, hardwareErrors: 0 };

/** Runs the tests with the variables of a driver in the environment, which every child inherits. */
function withDriver(driver: DriverName, tests: (env: Readonly<Record<string, string>>) => void): void {
  describeWithNode('mining on a GPU', () => {
    describeWithDriver(driver, 'as software', (env) => {
      const before = { ...process.env };
      beforeAll(() => {
        Object.assign(process.env, env);
      });
      afterAll(() => {
        for (const key of Object.keys(env)) delete process.env[key];
        Object.assign(process.env, before);
      });
      tests(env);
    });
  });
}

/** The process that has the GPU of a miner: its only child. */
function gpuProcessOf(cli: { readonly pid?: number | undefined }): number {
  const children = readFileSync(`/proc/${cli.pid}/task/${cli.pid}/children`, 'utf8').trim().split(' ');
  expect(children).toHaveLength(1);
  return Number(children[0]);
}

for (const driver of Object.keys(DRIVERS) as DriverName[]) {
  withDriver(driver, () => {
    it.each([['gpu'], ['native,gpu']])('with --engine %s mines regtest blocks', async (engines) => {
      const node = await startNode();
      const journal = join(await temporaryFolder(), 'journal');
      const run = await runMiner(node, journal, ['--engine', engines, '--gpu', 'software', '--blocks', '25']);
      expect(run).toMatchObject({ exitCode: 0, stderr: '' });
      expect(summaryOf(run)).toMatchObject({ accepted: 25, ...CLEAN });
      const started = run.lines.filter(({ type }) => type === 'engine');
      expect(started.map(({ engine }) => engine)).toEqual(engines.split(','));
      expect(started.at(-1)?.device).toMatch(DRIVERS[driver].name);
      expect(settledAs(await readJournal(journal), 'accepted')).toEqual(await activeChain(node));
    });
  });
}

/** What an engine says that it searched. */
interface Searched {
  readonly engine: string;
  readonly unit: WorkUnit;
  readonly noncesScanned: number;
}

/** The same engine, with every range it searched noted. */
function noting(engine: HashEngine, log: Searched[]): HashEngine {
  return new Proxy(engine, {
    get(target, key) {
      if (key !== 'scan') {
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return async (unit: WorkUnit, signal: AbortSignal) => {
        const result = await target.scan(unit, signal);
        log.push({ engine: target.name, unit, noncesScanned: result.noncesScanned });
        return result;
      };
    },
  });
}

/** Pairs of ranges of one header that have a nonce in common. */
function overlaps(log: readonly Searched[]): string[] {
  const ranges = new Map<string, { start: number; end: number; engine: string }[]>();
  for (const { engine, unit, noncesScanned } of log.filter((each) => each.noncesScanned > 0)) {
    for (const version of unit.versions) {
      const header = `${toHex(unit.merkleRoot)} ${version} ${unit.job.nTime} ${toHex(unit.job.prevHash)}`;
      const range = { start: unit.nonceStart, end: unit.nonceStart + noncesScanned, engine };
      ranges.set(header, [...(ranges.get(header) ?? []), range]);
    }
  }
  return [...ranges].flatMap(([header, list]) => {
    const sorted = list.sort((a, b) => a.start - b.start);
    return sorted
      .slice(1)
      .flatMap((range, i) =>
        range.start < sorted[i]!.end ? `${header}: ${range.engine} at ${range.start}` : [],
      );
  });
}

withDriver('llvmpipe', (env) => {
  it('beside the CPU does nothing that another engine does, at a real difficulty', async () => {
    const node = await startNode(SIGNET);
    const rpc = createRpcClient(new URL(node.url), fileCredentials(node.cookiePath));
    const events: MinerEventBody[] = [];
    const emit = (event: MinerEventBody) => events.push(event);
    const folder = await temporaryFolder();
    const journal = await openJournal(join(folder, 'journal'), 'signet', () => new Date());
    const signal = new AbortController().signal;
    const place = { path: join(folder, 'tuning.json'), version: '0' };
    const wish = { engines: ['native', 'gpu'], kernel: undefined, gpu: 'software' } as const;
    const engines = await startEngines({ ...wish, threads: 1, place, emit, signal });
    onTestFinished(async () => {
      await Promise.all(engines.map((engine) => engine.close()));
      rpc.close();
      await journal.close();
    });
    const log: Searched[] = [];
    const payout = { script: payoutScript(SIGNET_ADDRESS, NETWORKS.signet), tag: '' };
    await mine({
      source: createNodeSource({ rpc, network: 'signet', payout, session: new Uint8Array(4), emit }),
      sink: createNodeSink(rpc),
      engines: engines.map((engine) => noting(engine, log)),
      journal,
      emit,
      signal,
      blocks: 4,
    });
    expect(overlaps(log)).toEqual([]);
    const hashesOf = (name: string) =>
      log
        .filter(({ engine }) => engine === name)
        .reduce((sum, { unit, noncesScanned }) => sum + noncesScanned * unit.versions.length, 0);
    expect(hashesOf('native')).toBeGreaterThan(100_000);
    expect(hashesOf('gpu')).toBeGreaterThan(100_000);
    expect(await activeChain(node)).toHaveLength(4);
    expect(events.filter(({ type }) => type === 'hardware-error' || type === 'warning')).toEqual([]);
  });

  it('goes on when its process is killed with SIGKILL, and accounts for every block', async () => {
    const node = await startNode(SIGNET);
    const journal = join(await temporaryFolder(), 'journal');
    const cli = startMiner(node, journal, [
      ...['--network', 'signet', '--address', SIGNET_ADDRESS],
      ...['--engine', 'gpu', '--gpu', 'llvmpipe', '--blocks', '5'],
    ]);
    const killed = new Set<number>();
    for (let kill = 0; kill < 2; kill++) {
      await cli.nextLine((line) => isVerdict(line, 'accepted'));
      const pid = gpuProcessOf(cli);
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
      await cli.nextLine(({ type }) => type === 'warning');
    }
    const run = await cli.ended;
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(killed.size).toBe(2);
    expect(run.lines.filter(({ type }) => type === 'warning').map(({ message }) => message)).toEqual(
      Array(2).fill(
        expect.stringMatching(/^GPU llvmpipe .* was lost: .*it was ended by SIGKILL\. It is started again/),
      ),
    );
    expect(summaryOf(run)).toMatchObject({ blocks: 5, accepted: 5, ...CLEAN });
    const records = await readJournal(journal);
    expect(pendingOf(records)).toEqual([]);
    expect(settledAs(records, 'accepted')).toEqual(await activeChain(node));
  });

  it('ends at a Ctrl-C that reaches every process of the terminal, and takes its process along', async () => {
    const node = await startNode(SIGNET);
    const journal = join(await temporaryFolder(), 'journal');
    const args = ['mine', '--json', '--node', node.url, '--cookie', node.cookiePath, '--journal', journal];
    const gpu = ['--address', SIGNET_ADDRESS, '--engine', 'gpu', '--gpu', 'software'];
    const child = spawn(process.execPath, [CLI_PATH, ...args, ...gpu], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, as in a terminal
      env: { ...process.env, ...env },
    });
    const stderr = text(child.stderr);
    const [first] = await once(child.stdout, 'data'); // the engine has started
    const rest = text(child.stdout);
    const pid = gpuProcessOf(child);
    process.kill(-child.pid!, 'SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    const lines = `${first}${await rest}`
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).not.toContain('warning');
    expect(lines.at(-1)).toMatchObject({ type: 'summary', hardwareErrors: 0 });
    expect(await stderr).toBe('');
    await gone(pid);
  });

  it('leaves no process behind when the miner is killed', async () => {
    const node = await startNode(SIGNET);
    const journal = join(await temporaryFolder(), 'journal');
    const args = ['--address', SIGNET_ADDRESS, '--engine', 'gpu', '--gpu', 'software'];
    const cli = startMiner(node, journal, args);
    await cli.nextLine(({ type }) => type === 'job');
    const pid = gpuProcessOf(cli);
    cli.kill('SIGKILL');
    await cli.ended;
    await gone(pid);
  });

  it('is not what auto does with a software adapter', async () => {
    const node = await startNode();
    const run = await runMiner(node, join(await temporaryFolder(), 'journal'), ['--blocks', '2']);
    expect(run.lines.filter(({ type }) => type === 'engine')).toHaveLength(1);
    expect(run.lines.filter(({ engine }) => engine === 'gpu')).toEqual([]);
  });
});
