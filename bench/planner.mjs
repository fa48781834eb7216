/** How many work units the planner hands out, and what a new header space costs. */
import { formatCount } from '../dist/src/format.js';
import { createPlanner } from '../dist/src/work/planner.js';
import { headerSpace } from '../dist/src/work/unit.js';
import { printRate } from './harness.mjs';
import { benchJob } from './jobs.mjs';

const NONCES = 2 ** 32;

/** Units inside one header space, units that each need a new one, and header spaces by themselves. */
export function benchPlanner() {
  console.log('planner: units of 2^20 nonces (a new header space every 4,096), and of a whole header space:');
  for (const midstates of [1, 4, 64]) {
    for (const nonces of [2 ** 20, NONCES]) {
      const planner = createPlanner(benchJob(13));
      const size = nonces === NONCES ? '2^32' : '2^20';
      printRate(`units of ${size} nonces, ${formatCount(midstates, 'midstate')}`, () =>
        planner.next(nonces, midstates),
      );
    }
  }
  console.log('header space: coinbase, merkle root, midstates:');
  for (const branchLength of [0, 13]) {
    const job = benchJob(branchLength);
    const extranonce2 = new Uint8Array(4);
    for (const midstates of [1, 4, 64]) {
      const versions = Array.from({ length: midstates }, (_, i) => job.version + i * 0x2000);
      printRate(`branch of ${branchLength}, ${formatCount(midstates, 'midstate')}`, () => {
        headerSpace(job, extranonce2, versions);
      });
    }
  }
}
