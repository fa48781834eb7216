/** Every variant of the generated kernel on a real driver: the self-test passes, and the adapter is the one that was asked for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionVulkan } from '../../scripts/provision-vulkan.mjs';
import { testedVariants, variantName } from '../../shaders/variants.ts';
import { type GpuChild, startGpuChild } from '../support/gpu.ts';
import { provisioned } from '../support/provisioned.ts';

/** Defines the tests for one driver; a file for each lets them run side by side. */
export async function testVariantsOn(driver: 'swiftshader' | 'llvmpipe'): Promise<void> {
  const vulkan = await provisioned(`the kernel variants on ${driver}`, provisionVulkan);
  describe.skipIf(!('found' in vulkan))(`on ${driver} the self-test passes`, () => {
    let gpu: GpuChild;
    beforeAll(async () => {
      if (!('found' in vulkan)) return;
      gpu = await startGpuChild(vulkan.found[driver].env);
      expect((await gpu.open({ kernels: ['readable'] })).info.device).toContain(driver);
    });
    afterAll(() => gpu?.end());

    it.each(testedVariants().map(variantName))('%s', { timeout: 300_000 }, async (name) => {
      expect(await gpu.selfTest([name], 'software')).toEqual([undefined]);
    });
  });
}
