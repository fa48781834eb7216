/** Software drivers for tests of whatever runs on a GPU: which one a program gets is a matter of its environment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { provisionVulkan } from '../../scripts/provision-vulkan.mjs';
import { provisioned } from './provisioned.ts';

/** A driver, and how its adapter shows itself. */
export const DRIVERS = {
  swiftshader: { name: /^SwiftShader Device/, driver: /^SwiftShader driver/, family: 'google swiftshader' },
  llvmpipe: { name: /^llvmpipe \(LLVM/, driver: /^llvmpipe: Mesa/, family: 'mesa software' },
} as const;

/** The name of a driver. */
export type DriverName = keyof typeof DRIVERS;

const vulkan = await provisioned('GPU engines on software drivers', provisionVulkan);

/**
 * Tests with one driver; skipped with the reason where there is none (never on CI). `env` has the driver's variables, and a cache folder of its own.
 */
export function describeWithDriver(
  driver: DriverName,
  title: string,
  tests: (env: Readonly<Record<string, string>>) => void,
): void {
  const named =
    'skip' in vulkan ? `${title} on ${driver} (skipped: ${vulkan.skip})` : `${title} on ${driver}`;
  describe.skipIf('skip' in vulkan)(named, { timeout: 120_000 }, () => {
    const cache = mkdtempSync(join(tmpdir(), 'hashgap-cache-'));
    afterAll(() => rmSync(cache, { recursive: true }));
    const variables = 'skip' in vulkan ? {} : vulkan.found[driver].env;
    tests({ ...variables, XDG_CACHE_HOME: cache });
  });
}
