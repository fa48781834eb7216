/** Rolled versions: with several midstates for one schedule, the real node takes blocks whose version was rolled (BIP 320). */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { VERSION_BASE, VERSION_ROLLING_MASK } from '../../src/bitcoin/version.ts';
import { listKernels } from '../../src/engine/select.ts';
import {
  activeBlocks,
  describeWithNode,
  runMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';

const BLOCKS = 40;
const kernels = listKernels().filter(({ missing }) => missing.length === 0);

describeWithNode('rolled versions', () => {
  it.each(kernels)('of kernel $name are accepted', async ({ name, preferredMidstates }) => {
    const node = await startNode();
    const journal = join(await temporaryFolder(), 'journal');
    const run = await runMiner(node, journal, ['--kernel', name, '--blocks', `${BLOCKS}`]);
    expect(summaryOf(run)).toMatchObject({ accepted: BLOCKS, rejected: 0, stale: 0, hardwareErrors: 0 });
    const versions = (await activeBlocks(node)).map(({ version }) => version);
    for (const version of versions) expect((version & ~VERSION_ROLLING_MASK) >>> 0).toBe(VERSION_BASE);
    // Half of all hashes are blocks here, so the chance that no version but the first hit in 40 blocks is below 2^-40.
    expect(preferredMidstates).toBeGreaterThan(1);
    expect(versions.some((version) => version !== VERSION_BASE)).toBe(true);
  });
});
