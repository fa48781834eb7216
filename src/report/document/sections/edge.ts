/** The section on the other path: how far the same machine is from a data centre's accelerator in running a language model. */
import { isUnconfirmed } from '../../../economics/provenance.ts';
import { formatQuantity } from '../../../format.ts';
import { formatTimes } from '../../economics-text.ts';
import { type Ceiling, type Runner, shortName } from '../../edge.ts';
import { TOO_LARGE, tokens } from '../../edge-lines.ts';
import type { Bar, BarChart, Block, Section, Table } from '../document.ts';
import type { EdgeContrast, EdgeRow, OwnEdge } from '../edge-contrast.ts';
import type { ReportFigures } from '../figures.ts';
import type { Notes } from '../notes.ts';
import { assumedMark, powerText, spoken } from './ladder.ts';

/** The section. */
export function edgeSection(figures: ReportFigures, notes: Notes): Section {
  const { edge } = figures;
  const own = ownText(edge.own, notes);
  const rows = contrastRows(figures, notes);
  const starred = rows.some(({ mark }) => mark !== '') ? ` ${STAR}` : '';
  return {
    id: 'edge',
    title: 'The other path: does AI move the other way?',
    blocks: [
      {
        kind: 'text',
        text: 'Some say that language models may move from data centres to the machines at home, the way that mining left them. For one user a model is bound by how fast memory can be read, and there a home machine is not that far behind.',
      },
      { kind: 'text', text: `${own}${starred}` },
      {
        kind: 'figure',
        title: `How many times it falls short: of an S21 in hashing, of an ${edge.reference.name} in AI`,
        chart: contrastChart(rows, edge.reference.name),
        table: contrastTable(rows, edge.reference.name),
      },
      ...ceilingBlocks(edge, notes),
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
    return `NOT MEASURED: the memory of this machine was not measured. "${own.device.name}" stands for it${ownMark(own, notes, ...OWN_FIELDS)}, taken ${own.takenBy}.`;
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
  /** Of an assumed power, or of figures of the stand-in that nobody confirms. */
  readonly mark: string;
}

const STAR = 'A * in the picture marks what rests on an assumed power or on figures that nobody confirms.';

function contrastRows({ compare, edge }: ReportFigures, notes: Notes): ContrastRow[] {
  const asic = compare.rungs.find(({ device }) => device?.id === 's21')!;
  const { own } = edge;
  const { single, batched } = own.gap;
  const assumed = () => assumedMark(compare.machine, notes);
  const pair = (what: string, field: 'bandwidthGBps' | 'fp16Tflops' | null, [each, joule]: Pair) => {
    const tone: Bar['tone'] = field === null ? 'asic' : 'ai';
    const marks = (times: number | null, ...fields: OwnField[]) =>
      times === null || field === null || !('device' in own) ? '' : ownMark(own, notes, field, ...fields);
    const byPower = joule === null || (field !== null && 'device' in own) ? '' : assumed();
    return [
      { what: `${what}, per machine`, tone, times: each, mark: marks(each) },
      { what: `${what}, per joule`, tone, times: joule, mark: `${marks(joule, 'powerW')}${byPower}` },
    ];
  };
  return [
    ...pair('hashing', null, [asic.timesFaster, asic.timesBetterPerJoule]),
    ...pair('AI for one user', 'bandwidthGBps', [single.perDevice, single.perJoule]),
    ...pair('AI for a crowd', 'fp16Tflops', [batched.perDevice, batched.perJoule]),
  ];
}

type Pair = readonly [perDevice: number | null, perJoule: number | null];

/** What of a stand-in the contrast rests on. */
type OwnField = (typeof OWN_FIELDS)[number];

const OWN_FIELDS = ['bandwidthGBps', 'fp16Tflops', 'powerW'] as const;

/** The mark of a stand-in where one of these figures is unconfirmed: one note names all that the contrast shows. */
const ownMark = ({ device }: Pick<EdgeRow, 'device'>, notes: Notes, ...fields: OwnField[]) =>
  fields.some((field) => isUnconfirmed(device, field)) ? notes.markRow(device, ...OWN_FIELDS) : '';

function contrastChart(rows: readonly ContrastRow[], reference: string): BarChart {
  const bars = rows.flatMap(({ what, tone, times, mark }) =>
    times === null
      ? []
      : [{ name: what, tone, value: times, text: `${formatTimes(times)} ×${mark === '' ? '' : ' *'}` }],
  );
  return {
    kind: 'bars',
    id: 'edge-contrast',
    description: `Bar chart in powers of ten of how many times this machine falls short of an S21 in hashing and of an ${reference} in AI. ${spoken(bars)}`,
    scale: 'log',
    axis: 'times short',
    tickText: powerText,
    bars,
  };
}

function contrastTable(rows: readonly ContrastRow[], reference: string): Table {
  return {
    caption: 'Times short',
    columns: [
      { heading: 'job', align: 'left' },
      { heading: 'compared with', align: 'left' },
      { heading: 'times short', align: 'right' },
    ],
    rows: rows.map(({ what, tone, times, mark }) => [
      what,
      tone === 'asic' ? 'Antminer S21' : reference,
      times === null ? 'not known' : `${formatTimes(times)}${mark}`,
    ]),
  };
}

/** What the measured memory and arithmetic allow at most, where they were measured: one row a model. */
function ceilingBlocks({ own, reference }: EdgeContrast, notes: Notes): Block[] {
  if (!('ceilings' in own)) return [];
  const other = shortName(reference.name);
  const models = [...new Set(own.ceilings.map(({ model }) => model))];
  const shown = models.map((model) => {
    const each = own.ceilings.filter((ceiling) => ceiling.model === model);
    return each.find(({ quantisation }) => quantisation === USUAL_QUANTISATION) ?? each[0]!;
  });
  return [
    {
      kind: 'table',
      title: 'Tokens per second at most, by what was measured here',
      table: {
        caption: 'Ceilings of language models, tokens per second',
        columns: [
          { heading: 'model', align: 'left' },
          { heading: 'weights', align: 'right' },
          { heading: 'one answer', align: 'right' },
          { heading: `on an ${other}`, align: 'right' },
          { heading: 'reading a prompt', align: 'right' },
          { heading: `on an ${other}, prompt`, align: 'right' },
        ],
        rows: shown.map((ceiling) => ceilingRow(ceiling, own.runner, notes)),
      },
    },
  ];
}

/** The one that most people download. */
const USUAL_QUANTISATION = 'Q4_K_M';

function ceilingRow(ceiling: Ceiling, { on }: Runner, notes: Notes): string[] {
  const { model, quantisation, fileBytes, fits, decode, prefill, yardstick } = ceiling;
  const shape = notes.markRow(model, 'parameters', 'activeParameters');
  const large = fits === false ? notes.mark(`The weights are ${TOO_LARGE[on]}.`) : '';
  return [
    `${model.name.replace(/ \(.*\)$/, '')} ${quantisation}${shape}`,
    `${formatQuantity(fileBytes, 'B')}${large}`,
    ...[decode, yardstick.decode, prefill, yardstick.prefill].map(tokens),
  ];
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
