/** The last section: what was assumed, where every figure is from, how old it is, and which ones nobody confirms. */
import type { Provenance } from '../../../economics/provenance.ts';
import { REGIONS } from '../../../economics/regions.ts';
import { machineLine, powerLine } from '../../compare-machine.ts';
import { formatKwhPrice, formatUsd } from '../../economics-text.ts';
import { networkLine } from '../../network.ts';
import type { NetworkState } from '../../network-state.ts';
import type { Block, Section, SourceLine } from '../document.ts';
import type { ReportFigures } from '../figures.ts';
import type { Notes } from '../notes.ts';

/** The section. The notes have to be complete by then. */
export function sourcesSection(figures: ReportFigures, notes: Notes): Section {
  const blocks: Block[] = [
    { kind: 'list', items: assumptions(figures) },
    { kind: 'sources', title: 'Sources', lines: sources(figures) },
    { kind: 'notes', title: 'Notes', notes: notes.all },
  ];
  return { id: 'sources', title: 'Sources and assumptions', blocks };
}

function assumptions({ compare, odds, electricity, network }: ReportFigures): string[] {
  const { machine } = compare;
  const growth = `${Number((odds.growth * 100).toPrecision(3))}% a year${odds.growthAssumed ? ', ASSUMED; --growth sets it' : ', given'}`;
  const stale = network.stale
    ? [
        `WARNING: these figures of the network are of ${network.date} and old; --node takes those of your own node.`,
      ]
    : [];
  return [
    machineLine(machine),
    ...(machine.note === undefined ? [] : [machine.note]),
    powerLine(machine.power),
    `electricity here: ${formatKwhPrice(electricity.usdPerKwh)}, ${electricity.from}${electricity.unconfirmed ? ' (unconfirmed)' : ''}`,
    `a bitcoin: ${formatUsd(network.btcUsd.value)} (${network.btcUsd.from})`,
    networkLine(network),
    ...stale,
    `growth of the difficulty: ${growth}`,
    'Costs are electricity alone: no machines, halls, cooling or people.',
    '"Business" prices of power assume 1 GWh a year, not a farm; a cheap tariff without a grid connection, a permit or a legal basis is no mining price.',
  ];
}

function sources({ compare, edge, history, network }: ReportFigures): SourceLine[] {
  const devices = compare.rungs.flatMap(({ device }) => (device === null ? [] : [device]));
  const measured = [edge.crowd.measured, edge.alone.measured];
  return [
    networkSource(network),
    ...devices.map(line),
    ...REGIONS.map((region) => line({ ...region, name: `Electricity: ${region.name}` })),
    ...unique(history).map((row) => line({ ...row, name: 'Concentration of pools' })),
    ...[edge.reference, ...edge.rows.map(({ device }) => device)].map((device) =>
      line({ ...device, name: `AI: ${device.name}` }),
    ),
    ...measured.map((row) => line({ ...row, name: `AI, measured: ${row.name}` })),
  ];
}

const line = ({ name, source, date, confidence }: Provenance & { readonly name: string }): SourceLine => ({
  name,
  source,
  date,
  confidence,
});

const unique = <Row extends Provenance>(rows: readonly Row[]) =>
  rows.filter((row, i) => rows.findIndex(({ source }) => source === row.source) === i);

function networkSource({ from, source, date }: NetworkState): SourceLine {
  return from === 'node'
    ? { name: 'Bitcoin network', source, date: date.slice(0, 10), confidence: 'your own node' }
    : { name: 'Bitcoin network', source, date, confidence: 'sourced' };
}
