/** `hashgap bench`: the hashrate of this machine's kernels, and a comparison with an earlier run. */
import { createRequire } from 'node:module';
import { availableParallelism, release, type } from 'node:os';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { type BenchPlan, benchKernel } from '../../engine/bench.ts';
import { MOST_MIDSTATES } from '../../engine/bench-work.ts';
import { describeCpu } from '../../engine/cpu.ts';
import { loadNativeBinding } from '../../engine/native/binding.ts';
import { type EnginePlan, type EngineSelection, planEngines } from '../../engine/plan.ts';
import { type KernelEntry, listKernels, selectKernel, testKernel } from '../../engine/select.ts';
import { EXIT, type ExitCode, HashgapError } from '../../errors.ts';
import { formatCount, formatDuration } from '../../format.ts';
import { type BenchTableRow, benchLines, hostLine } from '../../report/bench.ts';
import {
  compareBench,
  comparisonTable,
  slowerSentence,
  vacuousSentence,
} from '../../report/bench-compare.ts';
import {
  type Baseline,
  BENCH_SCHEMA,
  type BenchDocument,
  type BenchHost,
} from '../../report/bench-document.ts';
import { jsonLine } from '../../report/json.ts';
import { wrapLines } from '../../report/text.ts';
import { readBaselineFile } from '../baseline.ts';
import { gpuRows, type MeasureRow } from '../bench-gpu.ts';
import type { Context } from '../context.ts';
import { gitCommit } from '../git-commit.ts';
import {
  ENGINE_HELP,
  engineSelection,
  GPU_HELP,
  packageVersion,
  seconds,
  usageError,
  wholeNumber,
} from '../options.ts';

interface BenchFlags {
  readonly engine: EngineSelection;
  readonly gpu?: string;
  readonly kernel?: string;
  readonly threads: number | 'all';
  readonly midstates: number | 'auto';
  readonly seconds: number;
  readonly samples: number;
  readonly json?: boolean;
  readonly baseline?: string;
  readonly failBelow?: number;
}

/** What counts as slower than the baseline unless --fail-below says otherwise. */
const FAIL_BELOW = 0.95;

const EXAMPLES = `
Examples:
  $ hashgap bench
      the kernel that mines, on one thread and on every CPU
  $ hashgap bench --kernel all --threads 1 --midstates 1
      every kernel, on one thread and without version rolling
  $ hashgap bench --engine gpu --kernel all
      every kernel worth trying on the GPU
  $ hashgap bench --json > baseline.json
  $ hashgap bench --baseline baseline.json --fail-below 0.95
      exits 1 and names what became slower, as a CI job wants it

MH/s is by the wall clock. MH per CPU s divides by the processor time of the threads: the figure to read on a machine that does other
things too. A kernel that fails its self-test is not measured.`;

/** Adds the command to the program. */
export function addBench(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('bench')
    .summary('measure the hashrate, compare with a baseline')
    .description('Measure the hashrate of kernels on real headers that have no answer.')
    .option('--engine <names>', ENGINE_HELP, engineSelection, 'auto')
    .option('--gpu <gpu>', GPU_HELP)
    .option('--kernel <name>', 'a kernel by name, or all that run here (default: the one that mines)')
    .option(
      '--threads <count>',
      'a number, or all: 1 and every CPU; a GPU has as many as it needs',
      countOr('--threads', 'all', 1024),
      'all',
    )
    .option(
      '--midstates <count>',
      'versions that share one message schedule, or auto: what the kernel prefers',
      countOr('--midstates', 'auto', MOST_MIDSTATES),
      'auto',
    )
    .option('--seconds <seconds>', 'length of a sample', seconds('--seconds', 0.001), 1)
    .option('--samples <count>', 'samples of each row', wholeNumber('--samples', 1, 10_000), 5)
    .option('--baseline <file>', 'compare with an earlier run: a file that --json wrote')
    .option('--fail-below <ratio>', `exit 1 below this share of the baseline (default: ${FAIL_BELOW})`, ratio)
    .option('--json', 'one JSON object, schema hashgap.bench/1; the comparison goes to stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: BenchFlags) => done(await benchCommand(flags, context)));
}

async function benchCommand(flags: BenchFlags, context: Context): Promise<ExitCode> {
  const { output, interrupted } = context;
  const baseline = readBaseline(flags); // before anything is measured: a wrong file should not cost a minute
  const rows = await rowsFor(flags, context);
  output.err(announcement(rows.length, flags));
  const results: BenchTableRow[] = [];
  for (const measure of rows) {
    const result = interrupted.aborted ? undefined : await measure();
    if (result !== undefined) results.push({ ...result, cpuSeconds: result.cpuSeconds ?? null });
  }
  const document = documentOf(results);
  if (flags.json) output.out(jsonLine(document));
  else {
    for (const line of wrapLines(hostLine(document), output.width)) output.out(line);
    for (const line of ['', ...benchLines(results, output.width)]) output.out(line);
  }
  if (interrupted.aborted) return EXIT.interrupted;
  return baseline === undefined ? EXIT.ok : compare(baseline, document, flags, context);
}

function readBaseline({ baseline: file, failBelow }: BenchFlags): Baseline | undefined {
  if (file === undefined) {
    if (failBelow === undefined) return undefined;
    throw usageError('--fail-below', 'a --baseline to compare with', 'none', 'Add --baseline FILE.');
  }
  return readBaselineFile(file);
}

/** Every row to measure: those on the CPU, and those on a GPU. */
async function rowsFor(flags: BenchFlags, context: Context): Promise<MeasureRow[]> {
  const all = flags.kernel === 'all';
  const wish = { engines: flags.engine, kernel: all ? undefined : flags.kernel, gpu: flags.gpu };
  const plan = planEngines(wish);
  const kernels = plan.cpu.flatMap((chosen) => kernelsFor(chosen, all, context.output.err));
  const onCpu = plansFor(flags, kernels).map((row) => () => benchKernel(row, context.interrupted));
  return [...onCpu, ...(await gpuRows({ ...plan.gpu, all, gpu: flags.gpu, sampling: flags }, context))];
}

/** The kernels to measure, each with its self-test passed: a wrong kernel has no speed. */
function kernelsFor(
  { engine, kernel }: EnginePlan['cpu'][number],
  all: boolean,
  warn: (line: string) => void,
): KernelEntry[] {
  const ofEngine = listKernels().filter((entry) => engine === 'auto' || entry.engine === engine);
  if (!all || ofEngine.length === 0) {
    const selection = selectKernel({ engine, kernel });
    for (const warning of selection.warnings) warn(warning);
    return [selection.kernel];
  }
  const here = ofEngine.filter(({ missing }) => missing.length === 0);
  for (const entry of here) {
    const { failure } = testKernel(entry);
    if (failure !== undefined) throw wrongKernel(entry.name, failure);
  }
  return here;
}

function wrongKernel(name: string, failure: string): HashgapError {
  return new HashgapError(
    'SELF_TEST_FAILED',
    `Expected every kernel to pass its self-test before it is measured, received a failure of ${name} (${failure}). Run hashgap verify.`,
    { details: { kernel: name, failure } },
  );
}

function plansFor(
  flags: Pick<BenchFlags, 'threads' | 'midstates' | 'seconds' | 'samples'>,
  kernels: readonly KernelEntry[],
): BenchPlan[] {
  const { seconds, samples, midstates } = flags;
  const threadCounts = flags.threads === 'all' ? [...new Set([1, availableParallelism()])] : [flags.threads];
  return kernels.flatMap((kernel) =>
    threadCounts.map((threads) => ({ kernel, threads, midstates, seconds, samples })),
  );
}

function announcement(rows: number, { seconds, samples }: BenchFlags): string {
  const each = `${formatCount(rows, 'row')} of ${samples} x ${formatDuration(seconds)}`;
  return `measuring ${each}, about ${formatDuration(rows * seconds * (samples + 1))}`;
}

function documentOf(results: readonly BenchTableRow[]): BenchDocument {
  return {
    schema: BENCH_SCHEMA,
    version: packageVersion(),
    commit: gitCommit(dirname(createRequire(import.meta.url).resolve('#root/package.json'))),
    date: new Date().toISOString(),
    host: describeHost(),
    results: results.map(({ hashes: _, ...row }) => row),
  };
}

function describeHost(): BenchHost {
  const native = loadNativeBinding();
  const { brand, threads, architecture } = describeCpu(native);
  return {
    cpu: brand,
    cores: threads,
    os: `${type()} ${release()} ${architecture}`,
    node: process.version,
    compiler: 'binding' in native ? native.binding.compiler : null,
  };
}

function compare(
  baseline: Baseline,
  document: BenchDocument,
  { json, failBelow = FAIL_BELOW }: BenchFlags,
  { output }: Context,
): ExitCode {
  const comparison = compareBench(baseline, { ...document, host: { ...document.host } }, failBelow);
  const print = json ? output.err : output.out; // so that what --json writes can be the next baseline
  for (const line of ['', ...comparisonTable(comparison, output.width)]) print(line);
  const vacuous = vacuousSentence(comparison);
  if (vacuous !== undefined) output.err(output.paint('yellow', `warning: ${vacuous}`));
  const slower = slowerSentence(comparison);
  if (slower === undefined) return EXIT.ok;
  output.err(output.paint('red', `error: ${slower}`));
  return EXIT.failed;
}

/** A reader of whole numbers from 1, or one word. */
function countOr<T extends string>(option: string, word: T, most: number): (text: string) => number | T {
  return (text) => {
    const value = Number(text);
    if (text === word) return word;
    if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
    throw usageError(
      option,
      `${word} or a whole number from 1 to ${most}`,
      text,
      `Pass ${option} ${word}, for example.`,
    );
  };
}

function ratio(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= 10) return value;
  throw usageError(
    '--fail-below',
    'a ratio above 0 and up to 10',
    text,
    'Pass --fail-below 0.95, for example.',
  );
}
