/** The table of a run: each row beside the model's limit, the CUDA of the same variant, its goal and its prediction. */
import { cudaNameOf } from './cuda-variants.mjs';
import { engineGoals, wgslGoals } from './goals.mjs';
import {
  isH200Like,
  judge,
  kindOf,
  LOGIC_PER_HASH,
  limitOf,
  PREDICTED_H200,
  PREDICTED_SINGLE,
} from './model.mjs';

/** Rows of the table: `{ step, name, unit, measured, limit, ofLimit, ofCuda, goals: [{ text, met }], prediction }`. */
export function tableRows(document) {
  const gpu = document.nvidia;
  const steps = Object.fromEntries(
    ['pipes', 'cuda', 'wgsl', 'engine', 'single'].map((name) => [name, document.steps[name]?.rows ?? []]),
  );
  const context = { gpu, steps, h200: isH200Like(gpu), software: document.software };
  return [
    ...steps.pipes.map((row) => pipeRow(row, gpu)),
    ...steps.single.map((row) => hashRow(row, context, { step: 'single', predicted: PREDICTED_SINGLE })),
    ...steps.cuda.map((row) =>
      hashRow(row, context, { step: 'cuda', predicted: PREDICTED_H200[kindOf(row.name)] }),
    ),
    ...steps.wgsl.map((row) => wgslRow(row, context)),
    ...steps.engine.map((row) => engineRow(row, context)),
    ...recountRow(document.steps.engine),
  ];
}

function pipeRow({ name, value, predicted, sass, asWritten }, gpu) {
  const note = asWritten === false ? 'the compiler changed it' : sass === undefined ? '' : countsOf(sass);
  // Later chips have other pipes: nothing was predicted for them.
  const known = Number.parseInt(gpu?.computeCapability ?? '99', 10) < 10;
  const prediction = known ? judge(value, predicted, { below: 0.96, above: 1.04 }) : undefined;
  return { step: 'pipes', name, unit: 'lanes', measured: value, prediction, goals: [], note };
}

const countsOf = ({ shf, lop3, iadd3, viadd, imad }) =>
  Object.entries({ SHF: shf, LOP3: lop3, IADD3: iadd3, VIADD: viadd, IMAD: imad })
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(' ');

function hashRow(row, { gpu, h200 }, { step, predicted }) {
  const { name, value, failure, sass, midstates, registers, kind } = row;
  const limit = limitHere(row, gpu);
  const inGHs = value === undefined ? undefined : value / 1e9;
  const changed = name.includes(',');
  const prediction =
    h200 && (step === 'single' || !changed) && kind === 'full' ? judge(inGHs, predicted) : undefined;
  const counts = sass === undefined ? '' : `${countsOf(sass)} for ${midstates}, ${registers} registers`;
  return {
    step,
    name,
    unit: 'GH/s',
    measured: inGHs,
    limit,
    ofLimit: shareOf(inGHs, limit),
    prediction,
    goals: [],
    note: failure ?? counts,
  };
}

/** The limit at the clock it ran at, from the instructions the compiler made, or from those that it made for sm_90. */
function limitHere({ name, sass, midstates, clocks }, gpu) {
  const clockMHz = clocks?.clockMHz;
  const known = LOGIC_PER_HASH[kindOf(name)];
  const logicPerHash = sass === undefined ? known?.most : (sass.alu + sass.viadd) / midstates;
  if (gpu?.multiprocessors === undefined || clockMHz === undefined || logicPerHash === undefined)
    return undefined;
  return limitOf({ multiprocessors: gpu.multiprocessors, clockMHz, logicPerHash }) / 1e9;
}

const shareOf = (value, whole) => (value === undefined || whole === undefined ? undefined : value / whole);

function wgslRow(row, { gpu, steps, h200, software }) {
  const base = hashRow(row, { gpu, h200: false }, { step: 'wgsl' });
  const cuda = steps.cuda.find(({ name }) => name === cudaNameOf(row.name));
  const ofCuda = row.value !== undefined && cuda?.value !== undefined ? row.value / cuda.value : undefined;
  const goals = software ? [] : wgslGoals(row, { ofCuda, h200, rows: steps.wgsl });
  const { cold, cached } = row.pipelineMs ?? {};
  const times = [cold, cached]
    .map((ms) => (typeof ms === 'number' ? `${Math.round(ms)} ms` : '?'))
    .join(', cached ');
  const wall = row.wall === undefined ? '' : `; by the wall ${(row.wall / 1e9).toPrecision(4)}`;
  return {
    ...base,
    ofCuda,
    goals,
    note: row.failure ?? `pipeline ${times}${wall}${software ? '; software' : ''}`,
  };
}

function engineRow(row, { steps, software }) {
  const { name, kernel, value, cpu, jobSwitch, gpuShare } = row;
  const bare = steps.wgsl.find((other) => other.name === kernel);
  const ofKernel = bare?.value === undefined ? undefined : value / bare.value;
  const goals = software ? [] : engineGoals(row, ofKernel);
  const percent = (share) => (typeof share === 'number' ? `${(100 * share).toFixed(1)}%` : '?');
  const note = [
    kernel,
    `of the bare kernel ${percent(ofKernel)}`,
    `GPU busy ${percent(gpuShare)}`,
    `main thread ${percent(cpu?.mainThread)}, its process's ${percent(cpu?.engineMainThread)}`,
    jobSwitch === undefined
      ? ''
      : `switch p50 ${jobSwitch.p50Ms.toFixed(0)} p95 ${jobSwitch.p95Ms.toFixed(0)} ms`,
    software ? 'software' : '',
  ].filter(Boolean);
  return { step: 'engine', name, unit: 'GH/s', measured: value / 1e9, goals, note: note.join('; ') };
}

function recountRow(engine) {
  if (engine?.recount === undefined) return [];
  const { hits, expected, missing, invented, mismatches, nonces, midstates, by } = engine.recount;
  const wrong = missing.length + invented.length + mismatches.length;
  const note = `${nonces} nonces of ${midstates} versions, counted again by ${by}: ${expected} hits`;
  return [
    {
      step: 'engine',
      name: 'hits counted again',
      unit: 'hits',
      measured: hits,
      goals: [{ text: 'no mismatch', value: wrong, met: wrong === 0 }],
      note,
    },
  ];
}

/** The table in Markdown, with what it was measured on. */
export function markdown(document) {
  const { date, nvidia, adapter, software, compiler, steps } = document;
  const where =
    nvidia === null
      ? (adapter?.name ?? 'no GPU')
      : `${nvidia.name}, driver ${nvidia.driver}, ${compiler ?? 'no nvcc'}`;
  const lines = [`# GPU bench of ${date.slice(0, 10)}: ${where}`, ''];
  if (software)
    lines.push(`**${adapter.name} is a software driver: these rates are no measure of speed.**`, '');
  for (const [name, { status, reason }] of Object.entries(steps)) {
    if (status !== 'done') lines.push(`- ${name}: ${status}${reason === undefined ? '' : `, ${reason}`}`);
  }
  const head = [
    'step',
    'row',
    'measured',
    'model limit',
    'of limit',
    'of CUDA',
    'goals',
    'predicted',
    'notes',
  ];
  const cells = tableRows(document).map(cellsOf);
  return [
    ...lines,
    '',
    ...[head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');
}

function cellsOf({ step, name, unit, measured, limit, ofLimit, ofCuda, goals, prediction, note }) {
  const number = (value) =>
    value === undefined || value === null ? '' : String(Number(value.toPrecision(4)));
  const percent = (value) => (value === undefined ? '' : `${(100 * value).toFixed(1)}%`);
  const marks = goals.map(({ text, met }) => `${text}: ${met ? 'met' : '**MISSED**'}`).join('; ');
  const { least, most } = prediction?.predicted ?? {};
  const range = least === most ? number(least) : `${number(least)}-${number(most)}`;
  const predicted =
    prediction === undefined ? '' : `${range}: ${prediction.verdict === 'met' ? 'met' : '**MISSED**'}`;
  return [
    step,
    name,
    measured === undefined ? '' : `${number(measured)} ${unit}`,
    number(limit),
    percent(ofLimit),
    percent(ofCuda),
    marks,
    predicted,
    note ?? '',
  ];
}
