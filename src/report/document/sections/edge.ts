/** The section on the other path: how far the same machine is from a data centre's accelerator in running a language model. */
import { formatQuantity } from '../../../format.ts';
import { formatTimes } from '../../economics-text.ts';
import type { Bar, BarChart, Section, Table } from '../document.ts';
import type { EdgeContrast, EdgeRow, OwnEdge } from '../edge-contrast.ts';
import type { ReportFigures } from '../figures.ts';
import type { Notes } from '../notes.ts';
import { assumedMark, powerText, spoken } from './ladder.ts';

/** The section. */
export function edgeSection(figures: ReportFigures, notes: Notes): Section {
  const { edge } = figures;
  return {
    id: 'edge',
    title: 'The other path: does AI move the other way?',
    blocks: [
      {
        kind: 'text',
        text: 'Some say that language models may move from data centres to the machines at home, the way that mining left them. For one user a model is bound by how fast memory can be read, and there a home machine is not that far behind.',
      },
      { kind: 'text', text: ownText(edge.own, notes) },
      {
        kind: 'figure',
        title: `How many times it falls short: of an S21 in hashing, of an ${edge.reference.name} in AI`,
        chart: contrastChart(figures),
        table: contrastTable(figures, notes),
      },
      { kind: 'text', text: crowdText(edge, notes) },
      {
        kind: 'text',
        text: "There is a deeper difference. In mining the others' machines lower your income, because the difficulty follows all of them. A model on your desk answers as fast as ever, however many data centres are built, and what you ask it stays with you. What does not spread out: training, chips, and the weights of the largest models.",
      },
      {
        kind: 'table',
        title: 'Machines for one user, beside the same accelerator',
        table: classTable(edge, notes),
      },
    ],
  };
}

function ownText(own: OwnEdge, notes: Notes): string {
  if ('device' in own)
    return `NOT MEASURED: the memory of this machine was not measured. "${own.device.name}" stands for it${markOf(own, notes)}, taken ${own.takenBy}.`;
  const { on, name, bandwidthGBps, fp16Tflops, precision } = own.runner;
  const where = on === 'gpu' ? name : 'this machine';
  const rates = `${formatQuantity(bandwidthGBps * 1e9, 'B/s')}, and ${on === 'gpu' ? 'it' : 'its CPU'} computes ${formatQuantity(fp16Tflops * 1e12, 'FLOP/s')} in ${precision}`;
  const matrix =
    on === 'gpu'
      ? ' The matrix units of a GPU, which were not measured, are several times as fast, so for a crowd it is nearer than this.'
      : '';
  return `Measured: the memory of ${where} moves ${rates}.${matrix}`;
}

const markOf = ({ device }: Pick<EdgeRow, 'device'>, notes: Notes) =>
  notes.markRow(device, 'bandwidthGBps', 'powerW');

/** A job, and how far this machine is from whoever does it best. */
interface ContrastRow {
  readonly what: string;
  readonly tone: Bar['tone'];
  readonly times: number | null;
  /** By the power of this machine. */
  readonly perJoule: boolean;
}

function contrastRows({ compare, edge }: ReportFigures): ContrastRow[] {
  const asic = compare.rungs.find(({ device }) => device?.id === 's21')!;
  const { single, batched } = edge.own.gap;
  const pair = (what: string, tone: Bar['tone'], perDevice: number | null, perJoule: number | null) => [
    { what: `${what}, per machine`, tone, times: perDevice, perJoule: false },
    { what: `${what}, per joule`, tone, times: perJoule, perJoule: true },
  ];
  return [
    ...pair('hashing', 'asic', asic.timesFaster, asic.timesBetterPerJoule),
    ...pair('AI for one user', 'ai', single.perDevice, single.perJoule),
    ...pair('AI for a crowd', 'ai', batched.perDevice, batched.perJoule),
  ];
}

function contrastChart(figures: ReportFigures): BarChart {
  const bars = contrastRows(figures).flatMap(({ what, tone, times }) =>
    times === null ? [] : [{ name: what, tone, value: times, text: `${formatTimes(times)} ×` }],
  );
  return {
    kind: 'bars',
    id: 'edge-contrast',
    description: `Bar chart in powers of ten of how many times this machine falls short of an S21 in hashing and of an ${figures.edge.reference.name} in AI. ${spoken(bars)}`,
    scale: 'log',
    axis: 'times short',
    tickText: powerText,
    bars,
  };
}

function contrastTable(figures: ReportFigures, notes: Notes): Table {
  const { edge, compare } = figures;
  const { own, reference } = edge;
  const mark = ({ tone, perJoule }: ContrastRow) => {
    if (tone === 'ai' && 'device' in own) return markOf(own, notes);
    return perJoule ? assumedMark(compare.machine, notes) : '';
  };
  return {
    caption: 'Times short',
    columns: [
      { heading: 'job', align: 'left' },
      { heading: 'compared with', align: 'left' },
      { heading: 'times short', align: 'right' },
    ],
    rows: contrastRows(figures).map((row) => [
      row.what,
      row.tone === 'asic' ? 'Antminer S21' : reference.name,
      row.times === null ? 'not known' : `${formatTimes(row.times)}${mark(row)}`,
    ]),
  };
}

function crowdText({ crowd, alone }: EdgeContrast, notes: Notes): string {
  const digits = (value: number) => Number(value.toPrecision(2));
  const mark = (row: EdgeContrast['crowd']) => notes.markRow(row.measured, 'tokensPerSecond', 'powerW');
  return (
    `But a data centre serves a crowd. It reads the weights once for hundreds of users: ${crowd.measured.name} made ${digits(crowd.tokensPerJoule)} tokens per joule${mark(crowd)}, ` +
    `${alone.measured.name} with one user ${digits(alone.tokensPerJoule)}${mark(alone)}, ${digits(crowd.tokensPerJoule / alone.tokensPerJoule)} times less. ` +
    'To leave that out would be the mistake of the headlines, the other way round. Not compared: cooling, idle hours, the rest of the computer, and how good the answers are.'
  );
}

function classTable({ rows }: EdgeContrast, notes: Notes): Table {
  return {
    caption: 'Times short of the accelerator, one user',
    columns: [
      { heading: 'machine', align: 'left' },
      { heading: 'memory reads, GB/s', align: 'right' },
      { heading: 'times short', align: 'right' },
      { heading: 'per joule', align: 'right' },
    ],
    rows: rows.map((row) => [
      `${row.device.name}${markOf(row, notes)}`,
      row.device.bandwidthGBps.toLocaleString('en-US'),
      formatTimes(row.gap.single.perDevice),
      row.gap.single.perJoule === null ? '-' : formatTimes(row.gap.single.perJoule),
    ]),
  };
}
