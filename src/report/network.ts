/** The state of the network as lines, as one line under other reports, and as JSON. */
import { hashprice } from '../economics/revenue.ts';
import { nextHalving } from '../economics/subsidy.ts';
import { formatQuantity } from '../format.ts';
import { formatUsd } from './economics-text.ts';
import { blockTerms, type NetworkState } from './network-state.ts';
import { formatAge, formatDifficulty, formatWhole } from './numbers.ts';
import { wrapLines } from './text.ts';

/** Blocks between two changes of the difficulty (Bitcoin Core, `nPowTargetTimespan / nPowTargetSpacing`). */
const ADJUSTMENT_BLOCKS = 2016;

/**
 * Everything, one figure a line.
 *
 * @param width - columns of the terminal.
 */
export function networkLines(state: NetworkState, width: number): string[] {
  const facts = [...networkFacts(state), ['source', state.source] as const];
  return facts.flatMap(([name, text]) => factLines(name, text, width));
}

/** Every figure with its name, but for the source. */
export function networkFacts(state: NetworkState): (readonly [name: string, text: string])[] {
  const { height, difficulty, hashesPerBlock, hashrateHps, hashrateFrom, subsidyBtc, btcUsd } = state;
  return [
    ['network', `${state.network}, ${originText(state)}`],
    ...(height === null ? [] : [['height', heightText(height, state)] as const]),
    ['difficulty', `${formatDifficulty(difficulty)}${state.difficultyGiven ? ' (given)' : ''}`],
    ['hashes a block', hashesPerBlock.toPrecision(4)],
    ['hashrate', `${formatQuantity(hashrateHps, 'H/s')} (${hashrateFrom})`],
    ['subsidy', `${subsidyBtc} BTC`],
    ['fees', feesText(state)],
    ['a bitcoin', `${formatUsd(btcUsd.value)} (${btcUsd.from})`],
    ['hashprice', `${formatUsd(hashprice(blockTerms(state), btcUsd.value))} for 1 PH/s and day`],
  ];
}

const NAME_COLUMNS = 16;

/** What does not fit beside its name stands under it. */
function factLines(name: string, text: string, width: number): string[] {
  if (NAME_COLUMNS + text.length <= width) return [name.padEnd(NAME_COLUMNS) + text];
  return [name, ...wrapLines(`  ${text}`, width)];
}

function originText({ from, date, ageSeconds, stale }: NetworkState): string {
  const what = from === 'node' ? 'newest block of' : 'snapshot of';
  const day = from === 'node' ? date.replace(/\.\d+Z$/, 'Z') : date;
  return `${what} ${day}, ${formatAge(ageSeconds * 1000)} old${stale ? ', STALE' : ''}`;
}

function heightText(height: number, { network }: NetworkState): string {
  if (network !== 'main') return formatWhole(height);
  const toAdjustment = ADJUSTMENT_BLOCKS - (height % ADJUSTMENT_BLOCKS);
  const toHalving = nextHalving(height).blocksLeft;
  return `${formatWhole(height)}, ${formatWhole(toAdjustment)} blocks to the next difficulty, ${formatWhole(toHalving)} to the halving`;
}

function feesText({ feesBtc, feesOfBlocks }: NetworkState): string {
  if (feesBtc === null) return 'unknown, calculated without';
  const btc = `${Number(feesBtc.toPrecision(3))} BTC a block`;
  return feesOfBlocks === null ? btc : `${btc} (mean of ${feesOfBlocks})`;
}

/** What odds and costs rest on, in one line: whose figures, of when, and whether they are stale. */
export function networkLine(state: NetworkState): string {
  const chain = state.network === 'main' ? '' : `${state.network}, `;
  const given = state.difficultyGiven ? ' (given)' : '';
  const fees = state.feesBtc === null ? ', fees unknown' : '';
  return `network: ${chain}difficulty ${formatDifficulty(state.difficulty)}${given}, ${originText(state)}${fees}`;
}

/** The members that every economic document has under `network`. */
export function networkObject({ from, source, network, ...state }: NetworkState) {
  return {
    from,
    source,
    network,
    ...state,
    hashpriceUsdPerPhDay: hashprice(blockTerms({ from, source, network, ...state }), state.btcUsd.value),
  };
}
