/** `bench/peer.mjs` as it is run, beside a script that prints what a miner would; no rate is judged. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const PEER = join(import.meta.dirname, '../../bench/peer.mjs');
const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, body: string, mode = 0o755): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, mode);
  return file;
}

function runPeer(...args: string[]) {
  return spawnSync(process.execPath, [PEER, ...args], { encoding: 'utf8', timeout: 50_000 });
}

const SHORT = ['--rounds', '2', '--seconds', '1', '--kernel', 'js', '--midstates', '2'];
/** Counts for a while, so that the clock of processor time, which may tick every 10 ms, has something to tell. */
const fake = script(
  'fake',
  `i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done
echo '     ***  fake 1.0  ***'
echo 'SW built on Jan 1 2026 with CC-1.0 Linux'
echo "[12:00:00]\\033[01;37m Total: 2.00 MH/s, Temp: 0C\\033[0m"
echo "[12:00:00]\\033[01;37m Benchmark: 1.50 MH/s\\033[0m"`,
);

describe('bench/peer.mjs', () => {
  it('runs both in turn and reports every pair', () => {
    const { status, stdout } = runPeer('--peer', fake, ...SHORT, '--json');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      schema: 'hashgap.peer/1',
      seconds: 1,
      ours: { kernel: 'js', midstates: 2, compiler: `Node ${process.version}` },
      peer: { path: fake, name: 'fake 1.0', compiler: 'CC-1.0', features: null },
      summary: { peer: { hashesPerSecond: 1_500_000 } },
    });
    expect(report.rounds).toHaveLength(2);
    for (const { ours, peer, ratio } of report.rounds) {
      expect(ratio.wall).toBeCloseTo(ours.hashesPerSecond / peer.hashesPerSecond, 6);
      expect(ratio.cpu).toBeCloseTo(ours.hashesPerCpuSecond / peer.hashesPerCpuSecond, 6);
      expect(peer.userSeconds).toBeGreaterThan(0);
    }
    const { min, median, max } = report.summary.ratio.wall;
    expect(min).toBeLessThanOrEqual(median);
    expect(median).toBeLessThanOrEqual(max);
  });

  it('prints a table for people', () => {
    const { status, stdout } = runPeer('--peer', fake, ...SHORT);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^miner +MH\/s +MH per CPU s +user CPU s +built by$/m);
    expect(stdout).toMatch(/^hashgap js, midstates 2 +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d +Node v/m);
    expect(stdout).toMatch(/^fake 1\.0 +1\.50 +\d+\.\d\d +\d+\.\d\d +CC-1\.0$/m);
    expect(stdout).toMatch(/by the wall clock: median \d+\.\d{3}x, from \d+\.\d{3}x to \d+\.\d{3}x/);
  });

  it.each<[string, string[], number, RegExp]>([
    ['no --peer', [], 2, /Expected --peer/],
    ['a peer that is not there', ['--peer', join(folder, 'gone')], 2, /received no such file/],
    [
      'a peer that may not run',
      ['--peer', script('data', '', 0o644)],
      2,
      /received a file that may not be executed/,
    ],
    ['an unknown option', ['--peer', fake, '--turns', '3'], 2, /'--turns'/],
    ['no rounds', ['--peer', fake, '--rounds', '0'], 2, /from 1 to 1000 for --rounds, received "0"/],
    ['an unknown kernel', ['--peer', fake, ...SHORT, '--kernel', 'jss'], 2, /"jss". Did you mean "js"/],
    [
      'a peer that says nothing of hashes',
      ['--peer', script('mute', "echo 'bad option'; exit 3"), ...SHORT],
      1,
      /Expected hashrate lines .*exit code 3.*bad option/,
    ],
    [
      'a peer that talks without end',
      ['--peer', script('endless', 'exec yes blah'), ...SHORT],
      1,
      /did not end by itself and was stopped.*blah/,
    ],
  ])('%s is one clear sentence', (_, args, code, message) => {
    const { status, stdout, stderr } = runPeer(...args);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
    expect(status).toBe(code);
  });
});
