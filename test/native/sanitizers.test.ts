/** The native engine under AddressSanitizer, UndefinedBehaviorSanitizer and ThreadSanitizer: every kernel of this CPU, and the pool. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDriver } from './build.ts';
import { type Command, driverCases, driverKernels, runDriver, wrongCases } from './cases.ts';

const missing = whatIsMissing();
if (missing !== undefined) {
  if (process.env.CI === 'true') throw new Error(`The sanitizers cannot run: ${missing}.`);
  process.stderr.write(`Tests with sanitizers are skipped: ${missing}\n`);
}

function whatIsMissing(): string | undefined {
  if (process.platform !== 'linux' || !(process.arch === 'x64' || process.arch === 'arm64')) {
    return `they need Linux on x64 or arm64, this is ${process.platform} on ${process.arch}`;
  }
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'g++ is not on PATH';
  }
}

/** ThreadSanitizer before g++ 14 knows memory layouts of 28 random bits at most, and some kernels take 32. */
function scattersMemory(): boolean {
  try {
    return Number(readFileSync('/proc/sys/vm/mmap_rnd_bits', 'utf8')) > 28;
  } catch {
    return false;
  }
}

describe.skipIf(missing !== undefined).each([['address,undefined'], ['thread']])(
  `-fsanitize=%s${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  (sanitizers) => {
    let folder: string;
    let command: Command;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'hashgap-sanitizers-'));
      const flags = ['-O1', '-g1', `-fsanitize=${sanitizers}`, '-fno-sanitize-recover=all'];
      const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
      const driver = await buildDriver({ compiler: 'g++', arch, flags, folder });
      command = sanitizers === 'thread' && scattersMemory() ? ['setarch', '-R', driver] : [driver];
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('finds nothing in any kernel of this CPU, and the kernels find exactly the hits', async () => {
      const kernels = (await driverKernels(command)).filter(({ supported }) => supported);
      expect(kernels.at(-1)?.name).toBe('scalar');
      for (const { name } of kernels) {
        expect(await wrongCases(command, name, driverCases()), name).toEqual([]);
      }
    });

    it('finds nothing in the measurements of memory and arithmetic', async () => {
      expect(await runDriver(command, ['throughput'])).toBe('');
    });

    it('finds nothing while threads start, cancel and close against each other', async () => {
      for (const { name, supported } of await driverKernels(command)) {
        if (supported) expect(await runDriver(command, ['exercise', name]), name).toBe('');
      }
    });
  },
);
