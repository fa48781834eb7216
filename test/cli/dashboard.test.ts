/** `hashgap mine` on a real terminal: the dashboard is there, and Ctrl-C leaves the summary and the terminal as it was. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type RegtestNode, startRegtestNode } from '../../src/regtest/node.ts';
import { displayWidth } from '../../src/report/text.ts';
import { startPool } from '../support/pool.ts';
import { noPty, type PtyEnd, startInPty } from '../support/pty.ts';
import { scriptOfUser } from '../support/solo-pool.ts';

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const home = mkdtempSync(join(tmpdir(), 'hashgap-dashboard-'));
afterAll(() => rmSync(home, { recursive: true }));

const engine = ['--engine', 'js', '--threads', '1'];
const env = { HOME: home, XDG_STATE_HOME: home };
let journals = 0;

/** Blocks of some 260,000 hashes: several each second, so that a frame can show some. */
const startNode = () => startRegtestNode({ bits: 0x1e3fffff });

const solo = ({ url, cookiePath }: Pick<RegtestNode, 'url' | 'cookiePath'>, ...more: string[]) => {
  const journal = join(home, `${++journals}.jsonl`);
  return ['mine', '--node', url, '--cookie', cookiePath, '--address', ADDRESS, '--journal', journal, ...more];
};

function expectRestored({ touched, settings: [before, after] }: PtyEnd): void {
  expect(touched).toEqual([]);
  expect(before).not.toBe('');
  expect(after).toBe(before);
}

describe.skipIf(noPty !== undefined)(`a terminal${noPty === undefined ? '' : ` (skipped: ${noPty})`}`, () => {
  it.each([
    [40, 24],
    [80, 24],
    [120, 40],
  ])(
    'of %d columns shows the dashboard, and Ctrl-C ends it with a summary and 130',
    async (columns, rows) => {
      const node = await startNode();
      const program = startInPty(solo(node, ...engine), { columns, rows, env });
      const frame = await program.frame(
        (text) => /[2-9] accepted/.test(text) && / H\/s| [kMG]H\/s/.test(text),
      );
      program.type('\x03');
      const end = await program.ended;
      await node.close();

      const text = frame.join('\n');
      expect(frame.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...frame.map(displayWidth))).toBe(columns);
      expect(frame[0]).toMatch(/^hashgap \d+\.\d+\.\d+ .* up \d+ s$/);
      expect(text).toContain(node.url);
      for (const panel of ['node', 'hashrate', 'engines', 'job', 'blocks', 'messages'])
        expect(text).toMatch(new RegExp(`(^|│ )${panel} `, 'm'));
      expect(end.exitCode).toBe(130);
      expect(end.main).toMatch(/^block 1 +accepted /m);
      expect(end.main).toMatch(/^\d+ blocks in .* accepted, 0 rejected/m);
      expectRestored(end);
    },
  );

  it('shows shares and whom a pool pays', async () => {
    const pool = await startPool({
      work: {
        prevHash: '0f'.repeat(32),
        height: 144,
        version: 0x20000000,
        nBits: '1d00ffff',
        nTime: 1_700_000_000,
        branch: [],
        value: 5_000_000_000n,
      },
      outputs: (user) => [{ satoshis: 5_000_000_000n, script: scriptOfUser(user) }],
      difficulty: 2 ** -13,
      shareTarget: 0xffffn << 221n,
    });
    const url = `stratum+tcp://127.0.0.1:${pool.port}`;
    const args = ['mine', '--pool', url, '--user', `${ADDRESS}.rig`, '--expect-address', ADDRESS, ...engine];
    const program = startInPty([...args, '--journal', join(home, 'pool.jsonl')], {
      columns: 80,
      rows: 24,
      env,
    });
    const frame = await program.frame((text) => /accepted [1-9]/.test(text));
    program.type('\x03');
    const end = await program.ended;
    await pool.close();

    const text = frame.join('\n');
    expect(text).toContain(url);
    expect(text).toContain(`worker ${ADDRESS}.rig`);
    expect(text).toMatch(/^payout +100% of 50 BTC is yours/m);
    expect(end.exitCode).toBe(130);
    expect(end.main).toMatch(/^\d+ shares?: \d+ accepted, 0 rejected/m);
    expectRestored(end);
  });

  it('is left alone by --reporter lines', async () => {
    const node = await startNode();
    const args = solo(node, ...engine, '--blocks', '2', '--reporter', 'lines');
    const end = await startInPty(args, { columns: 80, rows: 24, env }).ended;
    await node.close();
    expect(end.exitCode).toBe(0);
    expect(end.main).toMatch(/2 blocks in/);
    expectRestored(end);
  });

  it('keeps the error of a run that could not start, and says 3', async () => {
    const args = solo(
      { url: 'http://127.0.0.1:1', cookiePath: 'none' },
      ...engine,
      '--connect-timeout',
      '0.2',
    );
    const end = await startInPty(args, { columns: 80, rows: 24, env }).ended;
    expect(end.exitCode).toBe(3);
    expect(end.main).toMatch(/^error: Expected a node at http:\/\/127\.0\.0\.1:1\//m);
    expectRestored(end);
  });

  it('is given back by Ctrl-C while a node is still waited for', async () => {
    const args = solo({ url: 'http://127.0.0.1:1', cookiePath: 'none' }, ...engine, '--wait');
    const program = startInPty(args, { columns: 80, rows: 24, env });
    await program.frame((text) => /refused/.test(text));
    program.type('\x03');
    const end = await program.ended;
    expect(end.exitCode).toBe(130);
    expect(end.main).toMatch(/^0 blocks in/m);
    expectRestored(end);
  });
});
