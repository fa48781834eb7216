/** The contrast of hashing and inference for people: a sentence, a table of two columns, the ceilings, and what they leave out. */
import { AI_MEASUREMENTS, type AiMeasurement } from '../economics/ai-models.ts';
import { isUnconfirmed } from '../economics/provenance.ts';
import type { CpuThroughput, GpuThroughput, MeasuredGpu, Rate } from '../economics/throughput.ts';
import { formatQuantity } from '../format.ts';
import { machineLine, powerLine } from './compare-machine.ts';
import { createFootnotes, type Footnotes, formatTimes } from './economics-text.ts';
import { type Ceiling, type Edge, type Runner, shortName } from './edge.ts';
import { tableOrList } from './table.ts';
import { wrapLines } from './text.ts';

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
  const { miner, accelerator, machine, runner, hashing, inference } = edge;
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
  const ours = moves(runner.bandwidthGBps * 1e9, runner.fp16Tflops * 1e12);
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

function ceilingTable({ ceilings, accelerator, runner }: Edge, width: number, notes: Footnotes): string[] {
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
    ceilings.map((ceiling) => ceilingRow(ceiling, runner.on, notes)),
    width,
  );
}

/** What is to be said of weights that the memory does not hold. */
export const TOO_LARGE = {
  cpu: 'more than the memory of this machine: it would have to read its disk',
  gpu: 'more than the memory of the GPU: the rest would run on the CPU, at its pace',
} as const;

function ceilingRow(ceiling: Ceiling, on: Runner['on'], notes: Footnotes): string[] {
  const { model, quantisation, fileBytes, fits, decode, prefill, yardstick } = ceiling;
  const shape = notes.mark(modelNote(ceiling));
  const tooLarge = notes.mark(fits === false ? TOO_LARGE[on] : undefined);
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
export const tokens = (rate: number) => formatTimes(Number(rate.toPrecision(rate < 1 ? 2 : 3)));

function modelNote({ model }: Ceiling): string | undefined {
  const used = (['parameters', 'activeParameters'] as const).filter((field) => isUnconfirmed(model, field));
  return used.length === 0 ? undefined : `its parameters are unconfirmed: ${model.source}`;
}

function basisLines({ machine, cpu, gpu, accelerator, miner }: Edge): string[] {
  const by =
    cpu.by === 'js' ? 'one thread of JavaScript, less than the machine can do' : `${cpu.threads} threads`;
  return [
    machineLine(machine),
    `memory: ${memoryText(cpu.memory)} over ${arrayText(cpu)} (${by})`,
    `arithmetic: ${arithmeticText(cpu)}; a multiplication and an addition are two`,
    ...(gpu === null ? [] : gpuLines(gpu)),
    powerLine(machine.power),
    `${miner.name}: ${miner.source}`,
    `${accelerator.name}: ${accelerator.source}`,
  ];
}

const memoryText = ({ perSecond, samples }: Rate) =>
  `${formatQuantity(perSecond, 'B/s')}, the best of ${samples} samples of a STREAM-like triad`;

function gpuLines(gpu: MeasuredGpu): string[] {
  return [
    `memory of ${gpu.name}: ${memoryText(gpu.memory)} over 3 x ${mebibytes(gpu.arrayBytes)} (WGSL)`,
    `arithmetic of ${gpu.name}: ${arithmeticText(gpu)}, without its matrix units, which WGSL does not reach`,
  ];
}

function arithmeticText(rates: CpuThroughput | GpuThroughput): string {
  const { fp32, int32, int8 } = rates;
  const fp16 = 'fp16' in rates ? rates.fp16 : null;
  const text = (rate: Rate | null, unit: string, what: string) =>
    rate === null ? [] : [`${formatQuantity(rate.perSecond, unit)} ${what} (${rate.loop})`];
  return [
    ...text(fp32, 'FLOP/s', 'fp32'),
    ...text(fp16, 'FLOP/s', 'fp16'),
    ...text(int32, 'op/s', 'int32'),
    ...text(int8, 'op/s', 'int8'),
  ].join(', ');
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString('en-US')} MiB`;

function arrayText({ arrayBytes, cacheBytes }: CpuThroughput): string {
  const cache = cacheBytes === null ? '' : `, last caches ${mebibytes(cacheBytes)}`;
  const small =
    cacheBytes !== null && arrayBytes < 4 * cacheBytes ? ': SMALL arrays, caches may have helped' : '';
  return `3 x ${mebibytes(arrayBytes)}${cache}${small}`;
}

/** What the figures leave out, a sentence or two each. Figures: docs/edge.md. */
export function edgeCaveats(edge: Edge): string[] {
  const { cpu } = edge;
  return [
    'These are ceilings: one user gets 0.5 to 0.9 of what the bandwidth allows. Contexts are left out; they cost everybody.',
    `${batchSentence()} Home has one user, and no use for the rest.`,
    arithmeticCaveat(edge),
    'Per joule: the power under full load stands for both, though a machine that waits for its memory may take less; a part of a server may have more than its part of the memory.',
    'Not compared: the power of whole systems, cooling, idle time, utilisation, the quality that quantisation costs, FP8 against Q4.',
    'Mining is rivalrous: the difficulty makes your income your part of all hashes, so the hardware of others lowers yours. Inference is not: your tokens never slow down because somebody built a cluster, and privacy, latency and working offline have a value that a hash never has.',
    'What does not decentralise: training, chips, weights.',
    ...runnerCaveats(edge),
    ...(cpu.by === 'js'
      ? [
          'Without the native addon memory and arithmetic are measured by one thread of JavaScript: the gap in inference is smaller than it looks.',
        ]
      : []),
  ];
}

function arithmeticCaveat({ runner, accelerator, int8Batched }: Edge): string {
  const other = shortName(accelerator.name);
  const int8 =
    int8Batched === null ? '' : ` With int8 on both sides it is ${formatTimes(int8Batched)} times.`;
  const matrix =
    runner.on === 'gpu'
      ? ' The matrix units of a GPU, which WGSL does not reach, are several times as fast as what was measured: the gap with many users is smaller than it looks.'
      : '';
  return `Many users are bound by arithmetic: ${runner.precision} here, as measured, fp16 of an ${other}.${int8}${matrix}`;
}

/** What has to be said where there is a GPU. */
function runnerCaveats({ runner, gpu }: Edge): string[] {
  if (gpu === null) return [];
  if (runner.on === 'cpu')
    return [`Models run on the CPU here: its memory is faster than what ${gpu.name} reaches.`];
  const unknown =
    runner.memoryBytes === null ? ' How much memory it has is not known to a WebGPU program.' : '';
  return [`Models run on ${gpu.name} here, whose memory is faster than that of the CPU.${unknown}`];
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
