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

/** How often a pool whose coinbases change all the time is told of, milliseconds. */
export const PAYOUT_TOLD_MS = 10_000;

/**
 * A check that remembers what the job before paid, so that each change is told once. A change from good to bad is told at once; a way back to good once in
 * {@link PAYOUT_TOLD_MS}, and so is any other change, with the job that comes then: each job of a pool may pay differently, and must not fill a log.
 *
 * @param clockMs - a monotonic clock, milliseconds.
 * @throws {HashgapError} `ADDRESS_INVALID` or `ADDRESS_WRONG_NETWORK` for the expected address.
 */
export function createPayoutCheck(
  expectation: PayoutExpectation,
  emit: Emit,
  clockMs: () => number = () => performance.now(),
): PayoutCheck {
  const { network, address, enforce = false } = expectation;
  if (address !== undefined) payoutScript(address, network);
  let last: { readonly job: Job; readonly seen: Seen } | undefined;
  let told: Told | undefined;
  return (job) => {
    const seen = last !== undefined && sameCoinbase(last.job, job) ? last.seen : look(job, expectation);
    last = { job, seen };
    const nowMs = clockMs();
    if (isToBeTold(seen, told, nowMs)) {
      const { payout, percent, problem } = seen;
      const isBack = told?.seen.problem !== undefined && problem === undefined;
      if (payout !== undefined) emit(payoutEvent(payout, percent));
      if (problem !== undefined && told?.seen.problem === undefined && !enforce)
        emit({ type: 'warning', message: problem });
      told = { seen, atMs: nowMs, backMs: isBack ? nowMs : (told?.backMs ?? Number.NEGATIVE_INFINITY) };
    }
    return enforce ? seen.problem : undefined;
  };
}

/** What a coinbase pays, and what is wrong with that. */
interface Seen {
  readonly payout: Payout | undefined;
  /** The part of the expected address. */
  readonly percent: number | undefined;
  readonly problem: string | undefined;
  /** What is compared to find a change. */
  readonly outputs: string;
}

/** What was told last. */
interface Told {
  readonly seen: Seen;
  readonly atMs: number;
  /** When a way back from bad to good was told last. */
  readonly backMs: number;
}

function look(job: Job, { network, address, minPercent = MIN_PERCENT }: PayoutExpectation): Seen {
  const payout = decodePayout(job, network, address);
  const percent = payout && address !== undefined ? percentPaidTo(payout, address, network) : undefined;
  const problem = problemOf(payout, address, percent, minPercent);
  return { payout, percent, problem, outputs: outputsOf(payout) };
}

function isToBeTold({ problem, outputs }: Seen, told: Told | undefined, nowMs: number): boolean {
  if (told === undefined) return true;
  const [isBad, wasBad] = [problem !== undefined, told.seen.problem !== undefined];
  if (isBad !== wasBad) return isBad || nowMs >= told.backMs + PAYOUT_TOLD_MS;
  return outputs !== told.seen.outputs && nowMs >= told.atMs + PAYOUT_TOLD_MS;
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
