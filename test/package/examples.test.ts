/** The examples run as they stand in examples/, with the compiled package under its own name. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import * as api from '../../src/index.ts';
import { startPool } from '../support/pool.ts';
import { scriptOfUser } from '../support/solo-pool.ts';

const ROOT = join(import.meta.dirname, '../..');

async function runExample(name: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'examples', name), ...args], {
    timeout: 50_000,
  });
  return stdout.trimEnd().split('\n');
}

it('has a test for each example', () => {
  expect(readdirSync(join(ROOT, 'examples')).sort()).toEqual(['mine-on-a-pool.mjs', 'solo-on-regtest.mjs']);
});

it('solo-on-regtest.mjs mines five blocks', async () => {
  const lines = await runExample('solo-on-regtest.mjs');
  expect(lines.slice(0, 5).map((line) => line.replace(/[0-9a-f]{64}/, 'HASH'))).toEqual(
    [1, 2, 3, 4, 5].map((height) => `block ${height} HASH: accepted`),
  );
  expect(lines.at(-1)).toBe('the chain has 5 blocks');
});

it('mine-on-a-pool.mjs mines until ten shares have their verdict', async () => {
  const pool = await startPool({
    work: {
      prevHash: '0f'.repeat(32),
      height: 144,
      version: 0x20000000,
      nBits: '1d00ffff',
      nTime: 1_700_000_000,
      branch: [],
    },
    outputs: (user, { value = 0n }) => [{ satoshis: value, script: scriptOfUser(user) }],
    difficulty: 2 ** -13,
    shareTarget: 0xffffn << 221n,
  });
  const url = `stratum+tcp://127.0.0.1:${pool.port}`;
  const lines = await runExample(
    'mine-on-a-pool.mjs',
    url,
    'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080.rig',
  );
  await pool.close();
  expect(lines[0]).toBe(`connected to ${url}`);
  const accepted = lines.flatMap((line) => /^share ([0-9a-f]{64}): accepted$/.exec(line)?.[1] ?? []);
  expect(accepted.length).toBeGreaterThanOrEqual(10);
  expect(accepted.every((hash) => pool.accepted.has(hash))).toBe(true);
  expect(lines.at(-1)).toMatch(/^\d+ accepted of \d+, at \d+ hashes per second$/);
});

it('every function and value of the library has a docstring, and docs/api.md names it', () => {
  const page = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
    .join('\n');
  const declared = (name: string) =>
    new RegExp(`\\*/\\nexport (async )?(function|const|class) ${name}\\b`).test(sources);
  const names = Object.keys(api);
  expect(names.filter((name) => !declared(name))).toEqual([]);
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it('every type of the library has a docstring', () => {
  const index = readFileSync(join(ROOT, 'src/index.ts'), 'utf8');
  const exported = [...index.matchAll(/export type \{([^}]*)\} from '\.\/(.*)'/g)];
  const silent = exported.flatMap(([, names = '', path = '']) => {
    const source = readFileSync(join(ROOT, 'src', path), 'utf8');
    const isSilent = (name: string) => !new RegExp(`\\*/\\nexport (type|interface) ${name}\\b`).test(source);
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && isSilent(name));
  });
  expect(exported.length).toBeGreaterThan(20);
  expect(silent).toEqual([]);
});
