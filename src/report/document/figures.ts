/** Every figure of the report, calculated from the machine and the network by the models that the commands use. */
import { deviceById } from '../../economics/devices.ts';
import { POOL_HISTORY, type PoolConcentration } from '../../economics/pool-history.ts';
import { REGIONS, type Region } from '../../economics/regions.ts';
import { type Compare, compareMachine, type Electricity } from '../compare.ts';
import type { Machine } from '../compare-machine.ts';
import { type CostTable, costTable, type PoweredDevice } from '../cost.ts';
import { type Claim, claimsFor } from '../cost-claims.ts';
import type { NetworkState } from '../network-state.ts';
import { type Odds, oddsOf } from '../odds.ts';
import { safeText } from '../text.ts';
import { type EdgeContrast, edgeContrast, type Throughput } from './edge-contrast.ts';

/** What the report is about. */
export interface ReportInput {
  readonly machine: Machine;
  /** Memory and arithmetic; null where they were not measured. */
  readonly throughput: Throughput | null;
  readonly network: NetworkState;
  readonly electricity: Electricity;
  /** To be shown among the others. */
  readonly region: Region | null;
  /** Of the difficulty, a year: 0.3 is 30 %. */
  readonly growth: number;
  /** Nobody gave the growth. */
  readonly growthAssumed: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Of the program. */
  readonly version: string;
}

/** The figures. */
export interface ReportFigures extends ReportInput {
  readonly compare: Compare;
  readonly odds: Odds;
  readonly costs: CostTable;
  readonly claims: readonly Claim[];
  readonly history: readonly PoolConcentration[];
  readonly edge: EdgeContrast;
}

/** The rungs: the open home miner, the usual ASIC, the newest. */
const LADDER = ['bitaxe-gamma', 's21', 's23hyd'] as const;

/** A new, the usual and an old ASIC on a farm, and the home miner at home. */
const COST_DEVICES = ['s21', 's23hyd', 's19', 'bitaxe-gamma'] as const;

const DAY_SECONDS = 86_400;

/**
 * Calculates everything.
 *
 * @throws {RangeError} when the machine has no hashrate.
 */
export function reportFigures(input: ReportInput): ReportFigures {
  const { network, electricity, growth, growthAssumed } = input;
  const machine = { ...input.machine, name: safeText(input.machine.name) };
  const devices = LADDER.map(deviceById);
  const costDevices = COST_DEVICES.map(deviceById).filter(
    (device) => device.joulesPerTH !== null,
  ) as PoweredDevice[];
  return {
    ...input,
    machine,
    compare: compareMachine({ machine, devices, electricity, network }),
    odds: oddsOf({ machine, seconds: DAY_SECONDS, growth, growthAssumed, network }),
    costs: costTable({ devices: costDevices, places: REGIONS, network }),
    claims: claimsFor(network),
    history: POOL_HISTORY,
    edge: edgeContrast(machine, input.throughput),
  };
}
