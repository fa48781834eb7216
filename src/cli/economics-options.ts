/** Options that the economic commands share: quantities with units, devices and regions by name, and whose network figures to take. */
import type { Command } from 'commander';
import { NETWORK_NAMES, type NetworkName } from '../bitcoin/network.ts';
import type { Found, Named } from '../economics/catalogue.ts';
import { DEVICES, type Device, findDevice } from '../economics/devices.ts';
import { findRegion, REGIONS, type Region } from '../economics/regions.ts';
import {
  leadingNumber,
  type Parsed,
  parseDuration,
  parseHashrate,
  parseMoney,
  parsePercent,
  parsePower,
} from '../economics/units.ts';
import { HashgapError } from '../errors.ts';
import { type NetworkState, snapshotState, withOverrides } from '../report/network-state.ts';
import { formatAge } from '../report/numbers.ts';
import type { Context } from './context.ts';
import { nodeState } from './economics-node.ts';
import { addCredentialOptions, clientOf } from './node-client.ts';
import { networkName, nodeUrl, usageError } from './options.ts';

/** A quantity that an option takes. */
interface Quantity {
  readonly option: string;
  /** For people, with examples. */
  readonly expected: string;
  readonly parse: (text: string) => Parsed;
  /** The least and the most: beyond them figures would be no numbers any more. */
  readonly range: readonly [least: number, most: number];
  /** The range for people. */
  readonly within: string;
  /** For who typed nothing to make an example of. */
  readonly example: string;
}

/** A reader of quantities: what is not understood is answered with an example near it, what is out of range with the range. */
function quantity({ option, expected, parse, range: [least, most], within, example }: Quantity) {
  const inRange = (parsed: Parsed) => 'value' in parsed && parsed.value >= least && parsed.value <= most;
  return (text: string): number => {
    const parsed = parse(text);
    if ('value' in parsed && inRange(parsed)) return parsed.value;
    const near = 'value' in parsed || !/[1-9]/.test(text) ? '' : parsed.example.replace('$', '');
    const next = `Pass ${option} ${quoted(inRange(parse(near)) ? near : example)}, for example.`;
    throw usageError(option, 'value' in parsed ? `${expected}, ${within},` : expected, text, next);
  };
}

const quoted = (text: string) => (text.includes(' ') ? `'${text}'` : text);

/** More than any figure of this world, and far from the largest number there is. */
const MOST = 1e60;

/** Reads `--for`. */
export const readDuration = quantity({
  option: '--for',
  expected: 'a duration such as 1d, 30 days or 1y 6mo',
  parse: parseDuration,
  range: [0.001, MOST],
  within: 'from 0.001 s to 1e60 s',
  example: '30 days',
});

/** Reads `--hashrate`. */
export const readHashrate = quantity({
  option: '--hashrate',
  expected: 'a hashrate such as 1.2TH/s',
  parse: parseHashrate,
  range: [0.001, MOST],
  within: 'from 0.001 H/s to 1e60 H/s',
  example: '1.2TH/s',
});

/** Reads `--watts`. */
export const readWatts = quantity({
  option: '--watts',
  expected: 'a power such as 65 or 3.5kW',
  parse: parsePower,
  range: [1e-6, MOST],
  within: 'from 1e-6 W to 1e60 W',
  example: '65',
});

/** Reads `--kwh-price`: power may be free. */
export const readKwhPrice = quantity({
  option: '--kwh-price',
  expected: 'US dollars per kWh such as 0.08 or 8c',
  parse: parseMoney,
  range: [0, MOST],
  within: 'from 0 to 1e60',
  example: '0.08',
});

/** Reads `--btc-price`. */
export const readBtcPrice = quantity({
  option: '--btc-price',
  expected: 'US dollars such as 91132 or 90k',
  parse: parseMoney,
  range: [1e-6, MOST],
  within: 'from 1e-6 to 1e60',
  example: '90k',
});

/** Reads `--growth`: a difficulty can fall, but something has to be left of it. */
export const readGrowth = quantity({
  option: '--growth',
  expected: 'a percentage a year above -100% such as 30%',
  parse: parsePercent,
  range: [-99.9 / 100, MOST], // as it is read: a bit less than -0.999
  within: 'from -99.9% to 1e62%',
  example: '-50%',
});

/** Reads `--difficulty`: regtest has 4.7e-10. */
export const readDifficulty = quantity({
  option: '--difficulty',
  expected: 'a difficulty such as 148T or 148260000000000',
  parse: parseDifficulty,
  range: [1e-10, MOST],
  within: 'from 1e-10 to 1e60',
  example: '148T',
});

/** A number with a prefix and no unit. */
function parseDifficulty(text: string): Parsed {
  const parsed = /h/i.test(text) ? { example: '' } : parseHashrate(text);
  return 'value' in parsed ? parsed : { example: `${leadingNumber(text) ?? 148}T` };
}

/** Reads one device after another. */
export const readDevices = several(
  'device',
  findDevice,
  DEVICES,
  'Some of them: bitaxe-gamma, rtx-4090, s19, s21, s23hyd; hashgap compare --against all shows every one.',
);

/** Reads one device after another; `all` stands for every one. */
export function readRungs(text: string, before: readonly Device[] = []): readonly Device[] {
  return text.toLowerCase() === 'all' ? DEVICES : readDevices(text, before);
}

/** Reads one device. */
export const readDevice = (text: string): Device => readDevices(text)[0]!;

/** Reads one region. */
export const readRegion = (text: string): Region => readNamedRegions(text)[0]!;

/** Reads one region after another; `all` stands for every one. */
export function readRegions(text: string, before: readonly Region[] = []): readonly Region[] {
  return text.toLowerCase() === 'all' ? REGIONS : readNamedRegions(text, before);
}

const readNamedRegions = several('region', findRegion, REGIONS, 'hashgap cost --region all shows them.');

/** A reader that adds what it finds to what came before it, for options that take several names. */
function several<Row extends Named>(
  what: string,
  find: (text: string) => Found<Row>,
  rows: readonly Row[],
  where: string,
) {
  return (text: string, before: readonly Row[] = []): readonly Row[] => {
    const found = find(text);
    if ('match' in found) return before.includes(found.match) ? before : [...before, found.match];
    const next = found.hint === '' ? ` ${where}` : found.hint;
    throw new HashgapError('USAGE', `Expected a ${what} by id or name, received "${text}".${next}`, {
      details: { received: text, known: rows.map(({ id }) => id) },
    });
  };
}

/** The options that say whose figures of the network to take. */
export interface NetworkFlags {
  readonly node?: URL;
  readonly network?: NetworkName;
  readonly cookie?: string;
  readonly rpcUser?: string;
  readonly rpcPasswordFile?: string;
  readonly difficulty?: number;
  readonly btcPrice?: number;
}

/** Adds the options of a node and of its figures. */
export function addNetworkOptions(command: Command): Command {
  command
    .option(
      '--node <url>',
      "take the network's figures from this bitcoind (default: the shipped snapshot)",
      nodeUrl,
    )
    .option('--network <name>', `ask the node of ${NETWORK_NAMES.join(', ')} on this machine`, networkName);
  return addCredentialOptions(command)
    .option('--difficulty <number>', "such as 148T (default: the network's)", readDifficulty)
    .option(
      '--btc-price <usd>',
      'US dollars for a bitcoin (default: of the snapshot; a node does not know it)',
      readBtcPrice,
    );
}

/** How long the node may take for one answer, milliseconds. */
const ANSWER_MS = 5_000;

/**
 * The state of the network: of the node where one is named in any way, else of the snapshot. What is stale is warned of on stderr.
 *
 * @throws {HashgapError} as `nodeState` does.
 */
export async function networkState(
  flags: NetworkFlags,
  { interrupted, output }: Context,
): Promise<NetworkState> {
  const state = withOverrides(await askedState(flags, interrupted), flags);
  if (state.stale) output.err(output.paint('yellow', `warning: ${staleSentence(state)}`));
  return state;
}

async function askedState(flags: NetworkFlags, signal: AbortSignal): Promise<NetworkState> {
  const nowMs = Date.now();
  const { node, network, cookie, rpcUser, rpcPasswordFile } = flags;
  if ([node, network, cookie, rpcUser, rpcPasswordFile].every((flag) => flag === undefined))
    return snapshotState(nowMs);
  const rpc = clientOf(flags);
  try {
    return await nodeState(rpc, network, nowMs, { timeoutMs: ANSWER_MS, signal });
  } finally {
    rpc.close();
  }
}

function staleSentence({ from, date, ageSeconds, difficultyGiven }: NetworkState): string {
  const age = formatAge(ageSeconds * 1000);
  if (from === 'node') return `The node's newest block is ${age} old: it may still be downloading.`;
  const rest = difficultyGiven
    ? 'Its fees and its price may be well off'
    : 'The difficulty has changed since';
  return `The snapshot of the network is of ${date}, ${age} old. ${rest}; --node takes your own node's figures.`;
}
