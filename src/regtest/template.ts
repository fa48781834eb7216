/** Block templates: what getblocktemplate answers for a chain without transactions (BIP 22, 23, 9, 145). */
import { commitmentScript, MAX_BLOCK_WEIGHT, witnessCommitment } from '../bitcoin/block.ts';
import { WITNESS_RESERVED_VALUE } from '../bitcoin/coinbase.ts';
import { toHex } from '../bitcoin/hex.ts';
import { bitsToHex, targetFromBits, targetToHex } from '../bitcoin/target.ts';
import { type BlockIndex, medianTimePast } from './block-index.ts';
import type { Chain } from './chain.ts';
import { TESTDUMMY_BIT, templateVersion, testdummyState } from './deployments.ts';
import {
  blockSubsidy,
  DIFFICULTY_INTERVAL,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_SIGOPS_COST,
  MAX_TIMEWARP_SECONDS,
} from './params.ts';

/**
 * The template of the block after the tip, with bitcoind's field names in bitcoind's order.
 *
 * @param now - Unix seconds.
 */
export function blockTemplate(chain: Chain, now: number) {
  const { tip } = chain;
  const height = tip.height + 1;
  const testdummy = testdummyState(tip);
  const voting = testdummy === 'started' || testdummy === 'locked_in';
  const minTime = minimumTime(tip);
  return {
    capabilities: ['proposal'],
    version: templateVersion(testdummy),
    rules: ['csv', '!segwit', ...(testdummy === 'active' ? ['testdummy'] : []), 'taproot'],
    vbavailable: voting ? { testdummy: TESTDUMMY_BIT } : {},
    vbrequired: 0,
    previousblockhash: tip.hash,
    transactions: [],
    coinbaseaux: {},
    coinbasevalue: Number(blockSubsidy(height)),
    longpollid: `${tip.hash}${chain.tipUpdates}`,
    target: targetToHex(targetFromBits(chain.bits)),
    mintime: minTime,
    mutable: ['time', 'transactions', 'prevblock'],
    noncerange: '00000000ffffffff',
    sigoplimit: MAX_BLOCK_SIGOPS_COST,
    sizelimit: MAX_BLOCK_BYTES,
    weightlimit: MAX_BLOCK_WEIGHT,
    curtime: Math.max(minTime, now),
    bits: bitsToHex(chain.bits),
    height,
    default_witness_commitment: toHex(commitmentScript(witnessCommitment([], WITNESS_RESERVED_VALUE))),
  };
}

/** Earliest time of the block after `tip`, Unix seconds (`GetMinimumTime`): BIP 94's rule is kept though not enforced. */
function minimumTime(tip: BlockIndex): number {
  const afterMedian = medianTimePast(tip) + 1;
  if ((tip.height + 1) % DIFFICULTY_INTERVAL !== 0) return afterMedian;
  return Math.max(afterMedian, tip.header.nTime - MAX_TIMEWARP_SECONDS);
}
