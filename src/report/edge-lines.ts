/** The contrast of hashing and inference for people: a sentence, a table of two columns, the ceilings, and what they leave out. */
import { AI_MEASUREMENTS, type AiMeasurement } from '../economics/ai-models.ts';
import { isUnconfirmed } from '../economics/provenance.ts';
import { formatQuantity } from '../format.ts';
import { machineLine, powerLine } from './compare-machine.ts';
import { createFootnotes, type Footnotes, formatTimes, tableOrList, wrapLines } from './economics-text.ts';
import { type Ceiling, type Edge, type MeasuredCpu, shortName } from './edge.ts';

/**
 * Everything.
 *
 * @param width - columns of the terminal.
 */
export function edgeLines(edge: Edge, width: number): string[] {
  const notes = createFootnotes();
  const contrast = contrastTable(edge, width, notes);
  const ceilings = ceilingTable(edge, width, notes);
  const wrapped = (lines: readonly string[]) => lines.flatMap((line) => wrapLines(line, width));
  return [
    ...wrapLines(edge.sentence, width, ''),
    '',
    ...contrast,
    '',
    ...wrapLines(
      'At most, in tokens per second, for one user and for many together; a prompt is read at the rate of many:',
      width,
      '',
    ),
    '',
    ...ceilings,
    '',
    ...wrapped(edgeCaveats(edge).map((caveat) => `- ${caveat}`)),
    '',
    ...wrapped(basisLines(edge)),
    ...notes.lines(width),
  ];
}

const ASSUMED = 'with an assumed power, see power below; below 1 is ahead';

function contrastTable(edge: Edge, width: number, notes: Footnotes): string[] {
  const { miner, accelerator, machine, cpu, hashing, inference } = edge;
  const columns = [
    { heading: '', align: 'left' },
    { heading: `hashing, ${shortMiner(miner.name)}`, align: 'right' },
    { heading: `inference, ${shortName(accelerator.name)}`, align: 'right' },
  ] as const;
  const assumed = notes.mark(machine.power?.basis === 'assumed' ? ASSUMED : undefined);
  const times = (value: number | null) => (value === null ? '-' : formatTimes(value));
  const perJoule = (value: number | null) => (value === null ? '-' : `${formatTimes(value)}${assumed}`);
  const moves = (bytes: number, operations: number) =>
    `${formatQuantity(bytes, 'B/s')}, ${formatQuantity(operations, 'FLOP/s')}`;
  const { single, batched } = inference;
  const theirs = moves(accelerator.bandwidthGBps * 1e9, accelerator.fp16Tflops! * 1e12);
  const ours = moves(cpu.memory.perSecond, cpu.fp32.perSecond);
  return tableOrList(
    columns,
    [
      ['this machine', formatQuantity(machine.hashesPerSecond, 'H/s'), ours],
      [
        `${shortMiner(miner.name)} and ${shortName(accelerator.name)}`,
        formatQuantity(miner.hashrateHps, 'H/s'),
        theirs,
      ],
      ['times short, one user', times(hashing.perDevice), times(single.perDevice)],
      ['times short per joule, one user', perJoule(hashing.perJoule), perJoule(single.perJoule)],
      ['times short, many users', 'the same', times(batched.perDevice)],
      ['times short per joule, many users', 'the same', perJoule(batched.perJoule)],
    ],
    width,
  );
}

/** `Antminer S21 (200T)` as people call it. */
const shortMiner = (name: string) => name.replace(/^Antminer /, '').replace(/ \(.*\)$/, '');

function ceilingTable({ ceilings, accelerator }: Edge, width: number, notes: Footnotes): string[] {
  const other = shortName(accelerator.name);
  const columns = [
    { heading: 'model', align: 'left' },
    { heading: 'weights', align: 'right' },
    { heading: 'one user', align: 'right' },
    { heading: `on ${other}`, align: 'right' },
    { heading: 'many users', align: 'right' },
    { heading: `on ${other}`, align: 'right' },
  ] as const;
  return tableOrList(
    columns,
    ceilings.map((ceiling) => ceilingRow(ceiling, notes)),
    width,
  );
}

function ceilingRow(ceiling: Ceiling, notes: Footnotes): string[] {
  const { model, quantisation, fileBytes, fits, decode, prefill, yardstick } = ceiling;
  const shape = notes.mark(modelNote(ceiling));
  const tooLarge = notes.mark(
    fits ? undefined : 'more than the memory of this machine: it would have to read its disk',
  );
  return [
    `${model.name.replace(/ \(.*\)$/, '')} ${quantisation}${shape}`,
    `${formatQuantity(fileBytes, 'B')}${tooLarge}`,
    tokens(decode),
    tokens(yardstick.decode),
    tokens(prefill),
    tokens(yardstick.batched),
  ];
}

/** Tokens per second: those below ten with a decimal. */
const tokens = (rate: number) => formatTimes(Number(rate.toPrecision(rate < 1 ? 2 : 3)));

function modelNote({ model }: Ceiling): string | undefined {
  const used = (['parameters', 'activeParameters'] as const).filter((field) => isUnconfirmed(model, field));
  return used.length === 0 ? undefined : `its parameters are unconfirmed: ${model.source}`;
}

function basisLines({ machine, cpu, accelerator, miner }: Edge): string[] {
  const by =
    cpu.by === 'js' ? 'one thread of JavaScript, less than the machine can do' : `${cpu.threads} threads`;
  const int8 =
    cpu.int8 === null ? '' : `, ${formatQuantity(cpu.int8.perSecond, 'op/s')} int8 (${cpu.int8.loop})`;
  return [
    machineLine(machine),
    `memory: ${formatQuantity(cpu.memory.perSecond, 'B/s')}, the best of ${cpu.memory.samples} passes of a STREAM-like triad over ${arrayText(cpu)} (${by})`,
    `arithmetic: ${formatQuantity(cpu.fp32.perSecond, 'FLOP/s')} fp32 (${cpu.fp32.loop}), ${formatQuantity(cpu.int32.perSecond, 'op/s')} int32 (${cpu.int32.loop})${int8}; a multiplication and an addition are two`,
    powerLine(machine.power),
    `${miner.name}: ${miner.source}`,
    `${accelerator.name}: ${accelerator.source}`,
  ];
}

function arrayText({ arrayBytes, cacheBytes }: MeasuredCpu): string {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;
  const cache = cacheBytes === null ? '' : `, last caches ${mib(cacheBytes)}`;
  const small =
    cacheBytes !== null && arrayBytes < 4 * cacheBytes ? ': SMALL arrays, caches may have helped' : '';
  return `3 x ${mib(arrayBytes)}${cache}${small}`;
}

/** What the figures leave out, a sentence or two each. Figures: docs/edge.md. */
export function edgeCaveats({ cpu, accelerator, int8Batched, gpuLeftOut }: Edge): string[] {
  const other = shortName(accelerator.name);
  const int8 =
    int8Batched === null ? '' : ` With int8 on both sides it is ${formatTimes(int8Batched)} times.`;
  return [
    'These are ceilings: one user gets 0.5 to 0.9 of what the bandwidth allows. Contexts are left out; they cost everybody.',
    `${batchSentence()} Home has one user, and no use for the rest.`,
    `Many users are bound by arithmetic: fp32 here, as measured, fp16 of an ${other}.${int8}`,
    'Per joule: the power under full load stands for both, though a machine that waits for its memory may take less; a part of a server may have more than its part of the memory.',
    'Not compared: the power of whole systems, cooling, idle time, utilisation, the quality that quantisation costs, FP8 against Q4.',
    'Mining is rivalrous: the difficulty makes your income your part of all hashes, so the hardware of others lowers yours. Inference is not: your tokens never slow down because somebody built a cluster, and privacy, latency and working offline have a value that a hash never has.',
    'What does not decentralise: training, chips, weights.',
    ...(cpu.by === 'js'
      ? [
          'Without the native addon memory and arithmetic are measured by one thread of JavaScript: the gap in inference is smaller than it looks.',
        ]
      : []),
    ...(gpuLeftOut === null
      ? []
      : [
          `Left out on both sides: ${gpuLeftOut}. Its memory is several times as fast as the CPU's if it has its own.`,
        ]),
  ];
}

/** What batching does, by measured rates. */
function batchSentence(): string {
  const [batched, card, mac] = ['h200-mistral-7b-batched', 'rtx4090-llama-2-7b', 'm2-ultra-llama-2-7b'].map(
    measured,
  );
  const perJoule = ({ tokensPerSecond, powerW }: AiMeasurement) => tokensPerSecond / powerW!;
  const times = (row: AiMeasurement) =>
    formatTimes(Number((perJoule(batched!) / perJoule(row)).toPrecision(2)));
  const total = batched!.tokensPerSecond.toLocaleString('en-US');
  return `A data centre serves many users with one reading of the weights: ${batched!.name}, makes ${total} tokens/s of a 7B model (${Math.round(perJoule(batched!))} per joule at its rated power), ${times(mac!)} to ${times(card!)} times as many per joule as an ${mac!.name} or ${card!.name} for one user (the last two unconfirmed).`;
}

const measured = (id: string): AiMeasurement => {
  const row = AI_MEASUREMENTS.find((each) => each.id === id);
  if (row === undefined) throw new RangeError(`no measurement with the id ${id}`);
  return row;
};
