/** The best share difficulty ever: kept from run to run, whatever becomes of its file. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createBestKeeper } from '../../src/cli/best-difficulty.ts';
import type { MinerEvent } from '../../src/events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashgap-best-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'best-difficulty.jsonl');
const share = (difficulty: number): MinerEvent => ({
  type: 'share',
  hash: 'ab'.repeat(32),
  difficulty,
  shareDifficulty: 1,
  block: false,
  atMs: 1_700_000_000_000,
});
const best = (network: 'main' | 'regtest' = 'main') => createBestKeeper(folder, network).difficulty;

it('begins at nothing', () => {
  expect(best()).toBe(0);
});

it('keeps the best of all runs, for each network', () => {
  const first = createBestKeeper(folder, 'main');
  for (const difficulty of [5, 9, 7]) first.onEvent(share(difficulty));
  expect(best()).toBe(9);
  createBestKeeper(folder, 'main').onEvent(share(8));
  expect(best()).toBe(9);
  createBestKeeper(folder, 'regtest').onEvent(share(2));
  expect([best(), best('regtest')]).toEqual([9, 2]);
  expect(readFileSync(file(), 'utf8').trim().split(/\n+/)).toHaveLength(3);
});

it('is on disk at once: a miner that is killed loses nothing', () => {
  createBestKeeper(folder, 'main').onEvent(share(3.5));
  expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
    network: 'main',
    difficulty: 3.5,
    hash: 'ab'.repeat(32),
    at: '2023-11-14T22:13:20.000Z',
  });
});

it('takes no notice of other events', () => {
  const keeper = createBestKeeper(folder, 'main');
  keeper.onEvent({ type: 'warning', message: 'x', atMs: 0 });
  expect(best()).toBe(0);
});

it('loses nothing of two miners at once', () => {
  const [one, other] = [createBestKeeper(folder, 'main'), createBestKeeper(folder, 'main')];
  one.onEvent(share(4));
  other.onEvent(share(6));
  one.onEvent(share(5));
  expect(best()).toBe(6);
});

it.each(['', '{"network":"main","diff', '[]', 'null', '{"network":"main","difficulty":"9"}', '\0\xff'])(
  'passes over what is torn or not ours: %j',
  (text) => {
    createBestKeeper(folder, 'main').onEvent(share(4));
    appendFileSync(file(), text);
    expect(best()).toBe(4);
    createBestKeeper(folder, 'main').onEvent(share(5));
    expect(best()).toBe(5);
  },
);

it('does not hinder mining where it cannot be written', () => {
  writeFileSync(join(folder, 'a file'), '');
  const keeper = createBestKeeper(join(folder, 'a file'), 'main');
  expect(() => keeper.onEvent(share(1))).not.toThrow();
  expect(keeper.difficulty).toBe(0);
});
