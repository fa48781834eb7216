/** The memory of tunings: what it keeps, for whom, and what it makes of files that are none of its own. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTuningMemory, type TuningKey } from '../../../src/engine/gpu/memory.ts';

const KEY: TuningKey = {
  backend: 'vulkan',
  name: 'A',
  description: 'driver 1',
  hashgap: '1.0.0',
  webgpu: '0.6.2',
};
const NOTHING = { best: undefined, hashesPerSecond: undefined, wrong: [] };
let folder: string;
let path: string;
let warnings: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
  path = join(folder, 'cache', 'gpu-tuning.json');
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = (changes: Partial<TuningKey> = {}) =>
  openTuningMemory(path, { ...KEY, ...changes }, (sentence) => warnings.push(sentence));

it('keeps the best and the wrong ones from one run to the next', () => {
  expect(open().recall()).toEqual(NOTHING);
  expect(existsSync(path)).toBe(false);
  open().rememberBest('readable', 5e6);
  open().rememberWrong(['k1']);
  open().rememberWrong(['k2', 'k1']);
  expect(open().recall()).toEqual({ best: 'readable', hashesPerSecond: 5e6, wrong: ['k1', 'k2'] });
  expect(readdirSync(join(folder, 'cache'))).toEqual(['gpu-tuning.json']); // no draft is left
  expect(warnings).toEqual([]);
});

it('forgets a best kernel that turns out to be wrong', () => {
  open().rememberBest('k1', 5e6);
  open().rememberWrong(['k1']);
  expect(open().recall()).toEqual({ best: undefined, hashesPerSecond: undefined, wrong: ['k1'] });
});

it.each<Partial<TuningKey>>([
  { name: 'B' },
  { backend: 'd3d12' },
  { description: 'driver 2' },
  { hashgap: '1.0.1' },
  { webgpu: '0.6.3' },
])('knows nothing of another %o', (change) => {
  open().rememberBest('readable', 1);
  expect(open(change).recall()).toEqual(NOTHING);
  open(change).rememberBest('k1', 2);
  expect(open().recall().best).toBe('readable');
});

it.each([
  ['a torn file', '{"schema":"hashgap.gpu-tuning/1","entr'],
  ['an empty file', ''],
  ['a file of another program', '{"schema":"other/1","entries":{}}'],
  ['no object', '[]'],
  ['entries that are none', '{"schema":"hashgap.gpu-tuning/1","entries":5}'],
])('ignores %s with one warning, and replaces it', (_, text) => {
  mkdirSync(join(folder, 'cache'));
  writeFileSync(path, text);
  const memory = open();
  expect(memory.recall()).toEqual(NOTHING);
  memory.rememberBest('readable', 1);
  expect(warnings).toEqual([
    expect.stringMatching(/^Expected a tuning of GPUs in .*gpu-tuning\.json, received something else\./),
  ]);
  expect(open().recall().best).toBe('readable');
});

it('passes over a broken entry and keeps the others', () => {
  open().rememberBest('readable', 1);
  const document = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...document, entries: { ...document.entries, x: { best: 5 } } }));
  expect(open().recall().best).toBe('readable');
});

it('warns when it cannot be written, and goes on', () => {
  writeFileSync(join(folder, 'cache'), 'a file where the folder should be');
  open().rememberBest('readable', 1);
  expect(warnings.join('\n')).toMatch(/Expected to keep the tuning of the GPU in/);
});
