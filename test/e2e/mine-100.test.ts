/** A hundred blocks through the native engine and twenty through the JavaScript one, all of them accepted. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadNativeBinding } from '../../src/engine/native/binding.ts';
import {
  activeChain,
  describeWithNode,
  isVerdict,
  runMiner,
  startNode,
  summaryOf,
  temporaryFolder,
} from './harness.ts';
import { readJournal, settledAs } from './journal.ts';

const SUMMARY_FIELDS = [
  'type',
  'blocks',
  'accepted',
  'rejected',
  'stale',
  'pending',
  'recovered',
  'hardwareErrors',
  'hashes',
  'hashesPerSecond',
  'seconds',
];

const native = loadNativeBinding();
/** Why the native engine cannot be tested; on CI it must be there. */
const noAddon = 'unavailable' in native && process.env.CI !== 'true' ? native.unavailable : undefined;

describeWithNode('hashgap mine', () => {
  it.for([
    ['native', 100],
    ['js', 20],
  ] as const)('with --engine %s mines %i blocks and none is rejected', async ([engine, blocks], { skip }) => {
    skip(engine === 'native' && noAddon !== undefined, noAddon);
    const node = await startNode();
    const journal = join(await temporaryFolder(), 'journal');
    const run = await runMiner(node, journal, ['--engine', engine, '--blocks', `${blocks}`]);

    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.lines).toHaveLength(run.stdout.trimEnd().split('\n').length); // every line of stdout is a JSON object
    const kernel = engine === 'js' ? 'js' : expect.not.stringMatching(/^js$/);
    expect(run.lines).toContainEqual(expect.objectContaining({ type: 'engine', engine, kernel }));
    const summary = summaryOf(run);
    expect(Object.keys(summary).toSorted()).toEqual(SUMMARY_FIELDS.toSorted());
    expect(summary).toMatchObject({
      blocks,
      accepted: blocks,
      rejected: 0,
      stale: 0,
      pending: 0,
      recovered: 0,
      hardwareErrors: 0,
    });
    expect(summary.hashes).toBeGreaterThanOrEqual(blocks); // at least one hash each
    // Up to the last scan: later than the last block was found, and not later than the end.
    const hashedFor = Number(summary.hashes) / Number(summary.hashesPerSecond);
    const lastBlock = run.lines.findLast(({ type }) => type === 'block')!;
    const toLastBlock = (Number(lastBlock.atMs) - Number(run.lines[0]!.atMs)) / 1000;
    expect(hashedFor).toBeGreaterThan(0.9 * toLastBlock);
    expect(hashedFor).toBeLessThanOrEqual(Number(summary.seconds) + 1e-6);

    const chain = await activeChain(node);
    expect(chain).toHaveLength(blocks);
    expect(run.lines.filter((line) => isVerdict(line, 'accepted')).map(({ hash }) => hash)).toEqual(chain);
    expect(settledAs(await readJournal(journal), 'accepted')).toEqual(chain);
  });
});
