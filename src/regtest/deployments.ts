/** Version-bits deployments (BIP 9): regtest has one under way, testdummy, which miners can vote in. */
import { VERSION_BASE } from '../bitcoin/version.ts';
import { ancestors, type BlockIndex } from './block-index.ts';

/** Where a deployment stands; `failed` cannot happen on regtest, where testdummy has no timeout. */
export type DeploymentState = 'defined' | 'started' | 'locked_in' | 'active';

/** The version bit of testdummy. */
export const TESTDUMMY_BIT = 28;

/** Blocks in a voting period on regtest, and how many of them must signal. */
const PERIOD = 144;
const THRESHOLD = 108;

/** BIP 9: only versions whose top three bits are 001 vote. */
const TOP_MASK = 0xe0000000;

/**
 * State of testdummy for the block after `tip` (`AbstractThresholdConditionChecker::GetStateFor`). It starts with the
 * second period, because the state changes only between periods and its start time, 0, has passed long before genesis.
 */
export function testdummyState(tip: BlockIndex): DeploymentState {
  const periods = Math.floor((tip.height + 1) / PERIOD);
  const votes = new Array<number>(periods).fill(0);
  for (const { header, height } of ancestors(tip)) {
    const period = Math.floor(height / PERIOD);
    if (period < periods && signals(header.version)) votes[period]! += 1;
  }
  return votes.reduce<DeploymentState>((state, count) => nextState(state, count), 'defined');
}

function nextState(state: DeploymentState, votes: number): DeploymentState {
  if (state === 'defined') return 'started';
  if (state === 'started') return votes >= THRESHOLD ? 'locked_in' : 'started';
  return 'active';
}

function signals(version: number): boolean {
  return (version & TOP_MASK) === VERSION_BASE && (version & (1 << TESTDUMMY_BIT)) !== 0;
}

/** The version a new block should carry (`ComputeBlockVersion`): the base, and the bits of what is being voted on. */
export function templateVersion(state: DeploymentState): number {
  return state === 'started' || state === 'locked_in' ? VERSION_BASE + 2 ** TESTDUMMY_BIT : VERSION_BASE;
}
