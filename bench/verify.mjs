/** How many hits are verified a second: wrong ones, shares, and blocks, which are serialised too. */
import { createPlanner } from '../dist/src/work/planner.js';
import { verifyHit } from '../dist/src/work/verify.js';
import { printRate } from './harness.mjs';
import { benchJob } from './jobs.mjs';

const ANY_HASH = 2n ** 256n - 1n;
const NO_HASH = 0n;

/** One line for each kind of result, with the kind checked. */
export function benchVerify() {
  console.log('verify: a hit hashed again outside the engine:');
  const transactions = Array.from({ length: 4000 }, () => new Uint8Array(400));
  const cases = [
    ['wrong', { networkTarget: NO_HASH, shareTarget: NO_HASH }],
    ['share', { networkTarget: NO_HASH, shareTarget: ANY_HASH }],
    ['block', { networkTarget: ANY_HASH, shareTarget: ANY_HASH }],
    [
      'block',
      { networkTarget: ANY_HASH, shareTarget: ANY_HASH, body: { transactions, coinbaseWitness: false } },
    ],
  ];
  for (const [kind, changes] of cases) {
    const unit = createPlanner(benchJob(13, changes)).next(2 ** 20);
    const received = verifyHit(unit, { nonce: 7, versionIndex: 0 }).kind;
    if (received !== kind) throw new Error(`Expected the hit to be a ${kind}, received ${received}.`);
    const size = changes.body === undefined ? '' : ' of 4,001 transactions, 1.6 MB';
    printRate(`${kind}${size}`, () => verifyHit(unit, { nonce: 7, versionIndex: 0 }));
  }
}
