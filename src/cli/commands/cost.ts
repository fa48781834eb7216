/** `hashgap cost`: what a bitcoin costs in electricity, by region and device, and which claims hold. */
import type { Command } from 'commander';
import { type Device, deviceById } from '../../economics/devices.ts';
import { REGIONS, type Region } from '../../economics/regions.ts';
import { type ExitCode, HashgapError } from '../../errors.ts';
import { costTable, type PoweredDevice } from '../../report/cost.ts';
import { costLines, costObject } from '../../report/cost-lines.ts';
import type { Context } from '../context.ts';
import { type Answer, answer } from '../economics-answer.ts';
import {
  addNetworkOptions,
  type NetworkFlags,
  networkState,
  readDevices,
  readKwhPrice,
  readRegions,
} from '../economics-options.ts';

interface CostFlags extends NetworkFlags {
  readonly device?: readonly Device[];
  readonly region?: readonly Region[];
  readonly kwhPrice?: number;
  readonly json?: boolean;
}

/** The usual ASIC, an old and a new one, and one for the home. */
const DEVICES = ['s21', 's23hyd', 's19', 'bitaxe-gamma'] as const;

const EXAMPLES = `
Examples:
  $ hashgap cost
      every region, four devices, and what the articles claim
  $ hashgap cost --device s21 --region us-tx Paraguay Ethiopia
  $ hashgap cost --device avalon-q --kwh-price 0.31 --btc-price 90k
  $ hashgap cost --node http://127.0.0.1:8332 --json | jq '.claims[] | {claim, holds}'

Electricity alone: no machines, halls, cooling or people. An ASIC pays the price of a farm (of industry, where no mining price was found), all else
that of a household; a device that is named alone is shown at both.`;

/** Adds the command to the program. */
export function addCost(program: Command, context: Context, done: (code: ExitCode) => void): void {
  const command = program
    .command('cost')
    .summary('electricity for a bitcoin, by region and device')
    .description(
      'Show what a bitcoin costs in electricity by region and device, and which claims of articles hold.',
    )
    .option('--device <ids...>', `devices of the catalogue (default: ${DEVICES.join(' ')})`, readDevices)
    .option('--region <ids...>', 'regions by id or name, or all (default: all)', readRegions)
    .option('--kwh-price <usd>', 'US dollars for a kWh instead of regions', readKwhPrice);
  addNetworkOptions(command)
    .option('--json', 'one JSON object, schema hashgap.cost/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CostFlags) =>
      done(await answer(context, flags.json, () => costAnswer(flags, context))),
    );
}

async function costAnswer(flags: CostFlags, context: Context): Promise<Answer> {
  const { device = DEVICES.map(deviceById), region, kwhPrice } = flags;
  if (kwhPrice !== undefined && region !== undefined)
    throw new HashgapError('USAGE', 'Expected --kwh-price or --region, received both. Leave one out.');
  const devices = device.map(powered);
  const network = await networkState(flags, context);
  const table = costTable({ devices, places: kwhPrice ?? region ?? REGIONS, network });
  const everything = region === undefined && kwhPrice === undefined && flags.device === undefined;
  const withClaims = everything && network.network === 'main';
  return { lines: (width) => costLines(table, width, withClaims), object: costObject(table) };
}

function powered(device: Device): PoweredDevice {
  const { joulesPerTH } = device;
  if (joulesPerTH !== null) return { ...device, joulesPerTH };
  throw new HashgapError(
    'USAGE',
    `Expected a device with a known power for --device, received ${device.id}, whose power nobody published. Pass another one, such as s21.`,
    { details: { received: device.id } },
  );
}
