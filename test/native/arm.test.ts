/** The kernels of 64-bit Arm, cross-compiled and run under an emulator, against `node:crypto`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionArm } from '../../scripts/provision-arm.mjs';
import { provisioned } from '../support/provisioned.ts';
import { buildDriver } from './build.ts';
import { type Command, driverCases, driverKernels, runDriver, wrongCases } from './cases.ts';

const tools = await provisioned('the Arm kernels', provisionArm);
const title = 'skip' in tools ? `64-bit Arm (skipped: ${tools.skip})` : '64-bit Arm';

describe.skipIf('skip' in tools)(title, () => {
  let folder: string;
  let command: Command;

  beforeAll(async () => {
    if ('skip' in tools) return;
    const { compiler, emulator } = tools.found;
    folder = await mkdtemp(join(tmpdir(), 'hashgap-arm-test-'));
    const flags = ['-O2', '-static']; // statically, so that the emulator needs no libraries of Arm
    const driver = await buildDriver({ compiler, arch: 'arm64', flags, folder });
    command = emulator === undefined ? [driver] : [emulator, driver];
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has three kernels', async () => {
    expect(await driverKernels(command)).toEqual([
      { name: 'armv8-sha2', lanes: 4, supported: true },
      { name: 'neon', lanes: 8, supported: true },
      { name: 'scalar', lanes: 1, supported: true },
    ]);
  });

  it('measures memory and arithmetic', async () => {
    expect(await runDriver(command, ['throughput'])).toBe('');
  });

  describe.each(['armv8-sha2', 'neon', 'scalar'])('kernel %s', (kernel) => {
    it('finds exactly the hits', async () => {
      expect(await wrongCases(command, kernel, driverCases())).toEqual([]);
    });

    it('runs on the threads of a pool that is used by several others', async () => {
      expect(await runDriver(command, ['exercise', kernel])).toBe('');
    });
  });
});
