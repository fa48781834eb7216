/** `hashgap odds`: what a hashrate may hope for, best shares first and blocks second. */
import type { Command } from 'commander';
import type { Device } from '../../economics/devices.ts';
import { type ExitCode, HashgapError } from '../../errors.ts';
import type { Machine } from '../../report/compare-machine.ts';
import { oddsLines, oddsObject, oddsOf } from '../../report/odds.ts';
import type { Context } from '../context.ts';
import { type Answer, answer } from '../economics-answer.ts';
import { machineOfDevice, machineOfHashrate } from '../economics-machine.ts';
import { measureMachine } from '../economics-measure.ts';
import {
  addNetworkOptions,
  type NetworkFlags,
  networkState,
  readDevice,
  readDuration,
  readGrowth,
  readHashrate,
} from '../economics-options.ts';

interface OddsFlags extends NetworkFlags {
  readonly hashrate?: number;
  readonly device?: Device;
  readonly for?: number;
  readonly growth?: number;
  readonly json?: boolean;
}

/** A year of the network, unless --growth says otherwise: the order of the years up to 2025, and no forecast. */
const ASSUMED_GROWTH = 0.3;

/** Long enough for odds, which nobody reads to three digits. */
const MEASURE_SECONDS = 1.5;

const DAY_SECONDS = 86_400;

const EXAMPLES = `
Examples:
  $ hashgap odds
      of this machine, measured shortly
  $ hashgap odds --device bitaxe-gamma --for 1y
  $ hashgap odds --hashrate 1.2TH/s --for '30 days' --growth 0%
  $ hashgap odds --hashrate 200TH/s --node http://127.0.0.1:8332
      against the difficulty that your own node sees
  $ hashgap odds --device nerdminer-esp32s3 --difficulty 1

A best share is the highest difficulty that any of your hashes reached: a score that moves, as a block nearly never does.`;

/** Adds the command to the program. */
export function addOdds(program: Command, context: Context, done: (code: ExitCode) => void): void {
  const command = program
    .command('odds')
    .summary('best shares and block odds of a hashrate')
    .description('Say which best share a hashrate may hope for, and what its chance of a block is.')
    .option('--hashrate <rate>', 'such as 1.2TH/s (default: this machine is measured)', readHashrate)
    .option('--device <id>', 'a device of the catalogue instead', readDevice)
    .option('--for <time>', 'how long to mine, such as 30 days or 1y 6mo (default: 1d)', readDuration)
    .option('--growth <percent>', 'of the difficulty a year (default: 30%, an assumption)', readGrowth);
  addNetworkOptions(command)
    .option('--json', 'one JSON object, schema hashgap.odds/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: OddsFlags) =>
      done(await answer(context, flags.json, () => oddsAnswer(flags, context))),
    );
}

async function oddsAnswer(flags: OddsFlags, context: Context): Promise<Answer | undefined> {
  const network = await networkState(flags, context);
  const machine = await machineOfFlags(flags, context);
  if (machine === undefined) return undefined;
  const { growth = ASSUMED_GROWTH, for: seconds = DAY_SECONDS } = flags;
  const odds = oddsOf({ machine, seconds, growth, growthAssumed: flags.growth === undefined, network });
  return { lines: (width) => oddsLines(odds, width), object: oddsObject(odds) };
}

async function machineOfFlags(
  { hashrate, device }: OddsFlags,
  context: Context,
): Promise<Machine | undefined> {
  if (hashrate !== undefined && device !== undefined)
    throw new HashgapError('USAGE', 'Expected --hashrate or --device, received both. Leave one out.');
  if (hashrate !== undefined) return machineOfHashrate(hashrate);
  if (device !== undefined) return machineOfDevice(device);
  return measureMachine({ engine: 'auto', seconds: MEASURE_SECONDS }, context);
}
