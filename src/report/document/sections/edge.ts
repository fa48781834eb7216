/** The section on the other path: how far the same machine is from a data centre's accelerator in running a language model. */
import { formatTimes } from '../../economics-text.ts';
import type { Bar, BarChart, Section, Table } from '../document.ts';
import type { EdgeContrast, EdgeRow } from '../edge-contrast.ts';
import type { ReportFigures } from '../figures.ts';
import type { Notes } from '../notes.ts';
import { powerText, spoken } from './ladder.ts';

/** The section. */
export function edgeSection(figures: ReportFigures, notes: Notes): Section {
  const { edge } = figures;
  const { device } = edge.own;
  return {
    id: 'edge',
    title: 'The other path: does AI move the other way?',
    blocks: [
      {
        kind: 'text',
        text: 'Some say that language models may move from data centres to the machines at home, the way that mining left them. For one user a model is bound by how fast memory can be read, and there a home machine is not that far behind.',
      },
      {
        kind: 'text',
        text: `NOT MEASURED: the memory of this machine was not measured. "${device.name}" stands for it${markOf(edge.own, notes)}, taken ${edge.takenBy}.`,
      },
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

const markOf = ({ device }: EdgeRow, notes: Notes) => notes.markRow(device, 'bandwidthGBps', 'powerW');

function contrastRows({
  compare,
  edge,
}: ReportFigures): { readonly what: string; readonly tone: Bar['tone']; readonly times: number | null }[] {
  const asic = compare.rungs.find(({ device }) => device?.id === 's21')!;
  const { single, batched } = edge.own.gap;
  const rows = [
    { what: 'hashing, per machine', tone: 'asic', times: asic.timesFaster },
    { what: 'hashing, per joule', tone: 'asic', times: asic.timesBetterPerJoule },
    { what: 'AI for one user, per machine', tone: 'ai', times: single.perDevice },
    { what: 'AI for one user, per joule', tone: 'ai', times: single.perJoule },
    { what: 'AI for a crowd, per machine', tone: 'ai', times: batched.perDevice },
    { what: 'AI for a crowd, per joule', tone: 'ai', times: batched.perJoule },
  ] as const;
  return [...rows];
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
  const { reference, own } = figures.edge;
  return {
    caption: 'Times short',
    columns: [
      { heading: 'job', align: 'left' },
      { heading: 'compared with', align: 'left' },
      { heading: 'times short', align: 'right' },
    ],
    rows: contrastRows(figures).map(({ what, tone, times }) => [
      what,
      tone === 'asic' ? 'Antminer S21' : reference.name,
      times === null ? 'not known' : `${formatTimes(times)}${tone === 'ai' ? markOf(own, notes) : ''}`,
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
