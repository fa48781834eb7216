/** `hashgap compare`: how far this machine is from an ASIC. */
import type { Command } from 'commander';
import { type Device, deviceById } from '../../economics/devices.ts';
import type { Region } from '../../economics/regions.ts';
import type { EngineSelection } from '../../engine/plan.ts';
import type { ExitCode } from '../../errors.ts';
import { compareLines, compareMachine, compareObject } from '../../report/compare.ts';
import type { Context } from '../context.ts';
import { type Answer, answer } from '../economics-answer.ts';
import { homeElectricity } from '../economics-electricity.ts';
import { machineOfFlags } from '../economics-measure.ts';
import {
  addNetworkOptions,
  type NetworkFlags,
  networkState,
  readHashrate,
  readKwhPrice,
  readRegion,
  readRungs,
  readWatts,
} from '../economics-options.ts';
import { ENGINE_HELP, engineSelection, GPU_HELP, seconds } from '../options.ts';

interface CompareFlags extends NetworkFlags {
  readonly against?: readonly Device[];
  readonly watts?: number;
  readonly kwhPrice?: number;
  readonly region?: Region;
  readonly bench?: string;
  readonly hashrate?: number;
  readonly engine: EngineSelection;
  readonly gpu?: string;
  readonly seconds: number;
  readonly json?: boolean;
}

/** The rungs above the machine unless --against names others: the open home miner, the usual ASIC, the newest. */
const LADDER = ['bitaxe-gamma', 's21', 's23hyd'] as const;

const EXAMPLES = `
Examples:
  $ hashgap compare
      measures for three seconds, then says how far an ASIC is
  $ hashgap compare --watts 88 --kwh-price 0.31
      with the power from a meter at the wall, and your own tariff
  $ hashgap compare --against rtx-4090 avalon-q s21 --region Germany
  $ hashgap compare --hashrate 1.2TH/s --watts 18 --node http://127.0.0.1:8332
      a Bitaxe of your own, against the difficulty that your node sees
  $ hashgap bench --json > bench.json && hashgap compare --bench bench.json

Power is measured where the machine can be asked (RAPL, nvidia-smi, a battery that discharges). Else it is assumed, and says so.`;

/** Adds the command to the program. */
export function addCompare(program: Command, context: Context, done: (code: ExitCode) => void): void {
  const command = program
    .command('compare')
    .summary('how far is this machine from an ASIC')
    .description('Measure this machine, and say how far it is from machines built for nothing but mining.')
    .option('--against <ids...>', `devices to compare with, or all (default: ${LADDER.join(' ')})`, readRungs)
    .option(
      '--watts <watts>',
      'what this machine takes while it hashes (default: measured or assumed)',
      readWatts,
    )
    .option('--kwh-price <usd>', 'US dollars for a kWh (default: of households, world average)', readKwhPrice)
    .option('--region <id>', 'the household price of a region instead', readRegion)
    .option('--bench <file>', 'do not measure: take a file that hashgap bench --json wrote')
    .option('--hashrate <rate>', 'do not measure: take this hashrate, such as 1.2TH/s', readHashrate)
    .option('--engine <names>', ENGINE_HELP, engineSelection, 'auto')
    .option('--gpu <gpu>', GPU_HELP)
    .option('--seconds <seconds>', 'how long to measure', seconds('--seconds', 0.001), 3);
  addNetworkOptions(command)
    .option('--json', 'one JSON object, schema hashgap.compare/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CompareFlags) =>
      done(await answer(context, flags.json, () => compareAnswer(flags, context))),
    );
}

async function compareAnswer(flags: CompareFlags, context: Context): Promise<Answer | undefined> {
  const electricity = homeElectricity(flags);
  const network = await networkState(flags, context); // before anything is measured: a wrong node should not cost seconds
  const machine = await machineOfFlags(flags, context);
  if (machine === undefined) return undefined;
  const devices = flags.against ?? LADDER.map(deviceById);
  const compare = compareMachine({ machine, devices, electricity, network });
  return { lines: (width) => compareLines(compare, width), object: compareObject(compare) };
}
