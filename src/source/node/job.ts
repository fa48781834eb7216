/** From a template to a job: the coinbase, its branch, and the commitment checked. */
import { commitmentScript, witnessCommitment } from '../../bitcoin/block.ts';
import { buildCoinbase, WITNESS_RESERVED_VALUE } from '../../bitcoin/coinbase.ts';
import { concatBytes, fromHex, hashFromDisplay, toHex } from '../../bitcoin/hex.ts';
import { coinbaseBranch } from '../../bitcoin/merkle.ts';
import { VERSION_ROLLING_MASK } from '../../bitcoin/version.ts';
import { HashgapError } from '../../errors.ts';
import type { Job } from '../../work/job.ts';
import type { Template } from './template.ts';

/** What the miner puts into every coinbase. */
export interface CoinbaseTerms {
  readonly script: Uint8Array;
  /** Free text, UTF-8. */
  readonly tag: string;
}

/** Bytes of extranonce1: four that are random for each session, four that count its jobs. */
export const EXTRANONCE1_BYTES = 8;
const EXTRANONCE2_BYTES = 4;

/** Bytes of both extranonces, which the coinbase leaves room for. */
export const EXTRANONCE_BYTES = EXTRANONCE1_BYTES + EXTRANONCE2_BYTES;

/**
 * Builds the job of a template.
 *
 * @param extranonce1 - 8 bytes that no other job on this node has, so that equal templates never lead to equal headers.
 * @param cleanJobs - true when the tip changed.
 * @throws {HashgapError} `TEMPLATE_INVALID` when the commitment is not the one its transactions demand; `COINBASE_TOO_LONG`.
 */
export function jobFromTemplate(
  template: Template,
  payout: CoinbaseTerms,
  extranonce1: Uint8Array,
  cleanJobs: boolean,
): Job {
  const commitment = checkedCommitment(template);
  const { coinbase1, coinbase2 } = buildCoinbase({
    height: template.height,
    value: template.coinbasevalue,
    payoutScript: payout.script,
    aux: template.coinbaseaux.map(fromHex),
    tag: payout.tag,
    extranonceBytes: EXTRANONCE_BYTES,
    witnessCommitment: commitment,
  });
  return {
    id: toHex(extranonce1),
    height: template.height,
    version: template.version,
    versionMask: VERSION_ROLLING_MASK,
    prevHash: hashFromDisplay(template.previousblockhash),
    coinbase1,
    coinbase2,
    extranonce1,
    extranonce2Bytes: EXTRANONCE2_BYTES,
    merkleBranch: coinbaseBranch(template.transactions.map(({ txid }) => hashFromDisplay(txid))),
    nTime: template.curtime,
    nBits: template.nBits,
    networkTarget: template.networkTarget,
    shareTarget: template.networkTarget,
    cleanJobs,
    coinbaseValue: template.coinbasevalue,
    body: {
      transactions: template.transactions.map(({ data }) => fromHex(data)),
      coinbaseWitness: commitment !== undefined,
    },
  };
}

/** The commitment recomputed from the wtxids; undefined on a chain without segwit. The node's own must agree with it. */
function checkedCommitment(template: Template): Uint8Array | undefined {
  const offered = template.default_witness_commitment;
  if (!isSegwitActive(template)) return undefined;
  const wtxids = template.transactions.map(({ hash }) => hashFromDisplay(hash));
  const commitment = witnessCommitment(wtxids, WITNESS_RESERVED_VALUE);
  const expected = toHex(commitmentScript(commitment));
  // Consensus reads the first 38 bytes of the output; a node may append more.
  if (offered !== undefined && offered.toLowerCase().slice(0, expected.length) !== expected) {
    throw new HashgapError(
      'TEMPLATE_INVALID',
      `Expected default_witness_commitment ${expected} for the template's ${wtxids.length} transactions, received ${offered}. ` +
        'The template contradicts itself: check the node, or the proxy in front of it.',
      { details: { expected, received: offered } },
    );
  }
  return commitment;
}

/**
 * The rules say it where there are any: bitcoind offers a commitment also before segwit is active, and then a coinbase with a witness
 * makes the block invalid (`unexpected-witness`). A commitment says it only where a node names no rules.
 */
function isSegwitActive({ rules, default_witness_commitment: offered }: Template): boolean {
  if (rules.length === 0) return offered !== undefined;
  return rules.includes('segwit') || rules.includes('!segwit');
}

/** The 8 bytes that set a job apart: the session's 4 random bytes and the job's number, big-endian. */
export function jobExtranonce1(session: Uint8Array, jobNumber: number): Uint8Array {
  const counter = new Uint8Array(4);
  new DataView(counter.buffer).setUint32(0, jobNumber);
  return concatBytes(session.subarray(0, 4), counter);
}
