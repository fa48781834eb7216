/** Of several processes that need the same thing at once, one provisions it; the others get what it brought, or its error. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PROCESSES = 3;

/** Provisions a file, or fails to, once every process has arrived and had the time to wait for the one that does. */
const SCRIPT = `
import { existsSync, promises as fs } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { provisionOnce } from ${JSON.stringify(import.meta.resolve('../../scripts/provision-once.mjs'))};
const [dir, outcome] = process.argv.slice(1);
const file = dir + '/cache/file';
await fs.writeFile(dir + '/arrived-' + process.pid, '');
const arrived = async () => (await fs.readdir(dir)).filter((name) => name.startsWith('arrived-')).length;
const provision = async () => {
  await fs.appendFile(dir + '/provisioned', 'once');
  while ((await arrived()) < ${PROCESSES}) await delay(10);
  await delay(500);
  if (outcome === 'fail') throw new Error('the mirror is gone');
  await fs.writeFile(file, '');
  return file;
};
const cached = async () => (existsSync(file) ? file : undefined);
const said = await provisionOnce(dir + '/cache', { cached, provision }).catch((error) => error.message);
process.stdout.write(said);
`;

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hashgap-once-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** What each of the processes said. */
async function atOnce(outcome: 'succeed' | 'fail'): Promise<string[]> {
  const args = ['--input-type=module', '-e', SCRIPT, dir, outcome];
  const one = async (): Promise<string> => (await promisify(execFile)(process.execPath, args)).stdout;
  return await Promise.all(Array.from({ length: PROCESSES }, one));
}

it('provisions once for all', async () => {
  expect(await atOnce('succeed')).toEqual(Array(PROCESSES).fill(`${dir}/cache/file`));
  expect(await readFile(join(dir, 'provisioned'), 'utf8')).toBe('once');
});

it('fails once for all', async () => {
  expect(await atOnce('fail')).toEqual(Array(PROCESSES).fill('the mirror is gone'));
  expect(await readFile(join(dir, 'provisioned'), 'utf8')).toBe('once');
});

it('takes over from a run that was killed, with its record half written', async () => {
  const killed = execFile(process.execPath, ['-e', '']);
  await once(killed, 'exit');
  await mkdir(join(dir, 'cache'));
  await writeFile(join(dir, 'cache/.lock'), String(killed.pid));
  await writeFile(join(dir, 'cache/.lock.failed'), '{"at":');
  expect(await atOnce('succeed')).toEqual(Array(PROCESSES).fill(`${dir}/cache/file`));
});
