/** Watches whom a pool's jobs pay: tells when that changes, and objects to jobs that pay the expected address too little. */
import { equalBytes } from '../../bitcoin/hex.ts';
import type { Network } from '../../bitcoin/network.ts';
import { payoutScript } from '../../bitcoin/script.ts';
import type { Emit, MinerEventBody } from '../../events.ts';
import type { Job } from '../../work/job.ts';
import { decodePayout, type Payout, percentPaidTo } from '../../work/payout.ts';

/** What is expected of a pool's coinbases. */
export interface PayoutExpectation {
  /** How addresses are written. */
  readonly network: Network;
  /** Who should be paid; undefined only shows who is. */
  readonly address?: string;
  /** The least part of the coinbase that this address must get, 0..100. @default 98 */
  readonly minPercent?: number;
  /** Whether a job that pays less is refused rather than warned about. @default false */
  readonly enforce?: boolean;
}

/** Looks at a job; a sentence when it must not be worked on. */
export type PayoutCheck = (job: Job) => string | undefined;

/** Pools take a fee: this much is commonly left for the miner. */
const MIN_PERCENT = 98;

/** Pools round to whole satoshis: a part of 98% may be one satoshi less. */
const ROUNDING_PERCENT = 0.001;

/**
 * A check that remembers what the job before paid, so that each change is told once.
 *
 * @throws {HashgapError} `ADDRESS_INVALID` or `ADDRESS_WRONG_NETWORK` for the expected address.
 */
export function createPayoutCheck(expectation: PayoutExpectation, emit: Emit): PayoutCheck {
  const { network, address, minPercent = MIN_PERCENT, enforce = false } = expectation;
  if (address !== undefined) payoutScript(address, network);
  let last: { readonly job: Job; readonly objection: string | undefined } | undefined;
  let told = '';
  const look = (job: Job) => {
    const payout = decodePayout(job, network, address);
    const percent = payout && address !== undefined ? percentPaidTo(payout, address, network) : undefined;
    const problem = problemOf(payout, address, percent, minPercent);
    const summary = `${problem === undefined ? 'good' : 'bad'} ${outputsOf(payout)}`;
    if (summary !== told) {
      told = summary;
      if (payout !== undefined) emit(payoutEvent(payout, percent));
      if (problem !== undefined && !enforce) emit({ type: 'warning', message: problem });
    }
    return enforce ? problem : undefined;
  };
  return (job) => {
    if (last === undefined || !sameCoinbase(last.job, job)) last = { job, objection: look(job) };
    return last.objection;
  };
}

/** Without the scripts and the full list, which nobody shows. */
function payoutEvent({ satoshis, outputs }: Payout, percent: number | undefined): MinerEventBody {
  const shown = outputs.map(({ to, satoshis: part, percent: ofAll }) => ({
    to,
    satoshis: part,
    percent: ofAll,
  }));
  return { type: 'payout', satoshis, outputs: shown, ...(percent === undefined ? {} : { percent }) };
}

/** Many jobs differ in their branch or time alone. */
const sameCoinbase = (a: Job, b: Job) =>
  equalBytes(a.coinbase1, b.coinbase1) &&
  equalBytes(a.coinbase2, b.coinbase2) &&
  equalBytes(a.extranonce1, b.extranonce1) &&
  a.extranonce2Bytes === b.extranonce2Bytes;

function problemOf(
  payout: Payout | undefined,
  address: string | undefined,
  percent: number | undefined,
  minPercent: number,
): string | undefined {
  if (payout?.isFixed === false)
    return 'Expected a coinbase that pays the same for every extranonce2, received one whose outputs it overlays. Choose another pool.';
  if (address === undefined) return undefined;
  if (payout === undefined)
    return `Expected a coinbase that pays ${address}, received one that cannot be decoded. Choose another pool.`;
  if (percent === undefined || percent + ROUNDING_PERCENT >= minPercent) return undefined;
  const other = payout.outputs[0];
  const instead = other === undefined ? 'nobody' : `${round(other.percent)}% to ${other.to}`;
  return (
    `Expected a coinbase that pays ${address} at least ${minPercent}%, received ${round(percent)}% (and ${instead}). ` +
    'Choose another pool, or pass another --min-payout-percent.'
  );
}

/** Amounts change with the fees of each job; whom they go to, and in which parts, is what matters. */
const outputsOf = (payout: Payout | undefined) =>
  payout?.outputs
    .map(({ to, script, percent }) => `${script ? to : 'others'} ${percent.toFixed(0)}`)
    .join(', ') ?? 'not decoded';

const round = (percent: number) => String(Number(percent.toFixed(2)));
