/** `hashgap report`: everything about this machine as one page, or as Markdown. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Region } from '../../economics/regions.ts';
import type { EngineSelection } from '../../engine/plan.ts';
import { EXIT, type ExitCode, HashgapError } from '../../errors.ts';
import { buildReport } from '../../report/document/build.ts';
import { type ReportFigures, reportFigures } from '../../report/document/figures.ts';
import { markdownReport } from '../../report/document/markdown.ts';
import { reportObject, type WrittenFile } from '../../report/document/object.ts';
import { jsonLine } from '../../report/json.ts';
import type { Context } from '../context.ts';
import { homeElectricity } from '../economics-electricity.ts';
import { machineOfFlags } from '../economics-measure.ts';
import {
  addNetworkOptions,
  type NetworkFlags,
  networkState,
  readGrowth,
  readHashrate,
  readKwhPrice,
  readRegion,
  readWatts,
} from '../economics-options.ts';
import { measureThroughputs } from '../economics-throughput.ts';
import { ENGINE_HELP, engineSelection, GPU_HELP, packageVersion, seconds } from '../options.ts';

interface ReportFlags extends NetworkFlags {
  readonly html?: string;
  readonly markdown?: string;
  readonly hashrate?: number;
  readonly bench?: string;
  readonly watts?: number;
  readonly region?: Region;
  readonly kwhPrice?: number;
  readonly growth?: number;
  readonly engine: EngineSelection;
  readonly gpu?: string;
  readonly seconds: number;
  readonly json?: boolean;
}

/** A year of the network, unless --growth says otherwise: the order of the years up to 2025, and no forecast. */
const ASSUMED_GROWTH = 0.3;

const EXAMPLES = `
Examples:
  $ hashgap report --html report.html
      measures for a few seconds, then writes one page for a browser, a projector or paper
  $ hashgap report --html report.html --hashrate 1.2TH/s --watts 18 --region Germany
  $ hashgap bench --json > bench.json && hashgap report --bench bench.json --markdown - >> "$GITHUB_STEP_SUMMARY"
      in CI: docs/ci.md
  $ hashgap report --markdown -
      to stdout

The page is one file: it loads nothing, needs no script, and tells which of its figures nobody confirms.`;

/** Adds the command to the program. */
export function addReport(program: Command, context: Context, done: (code: ExitCode) => void): void {
  const command = program
    .command('report')
    .summary('everything about this machine as one HTML page, or as Markdown')
    .description(
      'Write how far this machine is from an ASIC, its odds, the costs and the other path as one page.',
    )
    .option('--html <file>', 'write the page to this file; - is stdout')
    .option('--markdown <file>', 'write the same as Markdown; - is stdout')
    .option('--hashrate <rate>', 'do not measure: take this hashrate, such as 1.2TH/s', readHashrate)
    .option('--bench <file>', 'do not measure: take a file that hashgap bench --json wrote')
    .option(
      '--watts <watts>',
      'what this machine takes while it hashes (default: measured or assumed)',
      readWatts,
    )
    .option('--region <id>', 'where it stands: the household price of a region', readRegion)
    .option(
      '--kwh-price <usd>',
      'US dollars for a kWh instead (default: of households, world average)',
      readKwhPrice,
    )
    .option('--growth <percent>', 'of the difficulty a year (default: 30%, an assumption)', readGrowth)
    .option('--engine <names>', ENGINE_HELP, engineSelection, 'auto')
    .option('--gpu <gpu>', GPU_HELP)
    .option('--seconds <seconds>', 'how long to measure', seconds('--seconds', 0.001), 3);
  addNetworkOptions(command)
    .option('--json', 'one JSON object, schema hashgap.report/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ReportFlags) => done(await reportCommand(flags, context)));
}

async function reportCommand(flags: ReportFlags, context: Context): Promise<ExitCode> {
  checkFlags(flags);
  const electricity = homeElectricity(flags);
  const network = await networkState(flags, context); // before anything is measured: a wrong node should not cost seconds
  const machine = await machineOfFlags(flags, context);
  if (machine === undefined) return EXIT.interrupted;
  const throughput = machine.origin === 'measured' ? await throughputOf(flags, context) : null;
  if (throughput === undefined) return EXIT.interrupted;
  const { growth = ASSUMED_GROWTH, region = null } = flags;
  const figures = reportFigures({
    machine,
    throughput,
    network,
    electricity,
    region,
    growth,
    growthAssumed: flags.growth === undefined,
    nowMs: Date.now(),
    version: packageVersion(),
  });
  await write(figures, flags, context);
  return EXIT.ok;
}

function checkFlags({ html, markdown, json }: ReportFlags): void {
  if (html === undefined && markdown === undefined && !json)
    throw usage(
      'Expected --html FILE, --markdown FILE or --json, received none.',
      'Pass --html report.html, for example.',
    );
  for (const [format, file] of [
    ['html', html],
    ['markdown', markdown],
  ] as const)
    if (file === '')
      throw usage(
        `Expected a file for --${format}, received "".`,
        `Pass --${format} report.${format === 'html' ? 'html' : 'md'}, for example.`,
      );
  if (html !== undefined && html !== '-' && markdown !== undefined && resolve(html) === resolve(markdown))
    throw usage(
      `Expected two files, received "${html}" for --html and for --markdown.`,
      'Name another one for one of them.',
    );
  if ([html === '-', markdown === '-', json === true].filter(Boolean).length > 1)
    throw usage('Expected one thing for stdout, received several.', 'Name a file instead of -.');
}

const usage = (message: string, next: string) => new HashgapError('USAGE', `${message} ${next}`);

/** Rates that are the best of many samples need less time than a hashrate, which is a median. */
const MOST_SECONDS = 1.5;

const throughputOf = (flags: ReportFlags, context: Context) =>
  measureThroughputs({ ...flags, seconds: Math.min(flags.seconds, MOST_SECONDS) }, context);

async function write(
  figures: ReportFigures,
  { html, markdown, json }: ReportFlags,
  context: Context,
): Promise<void> {
  const report = buildReport(figures);
  const files: WrittenFile[] = [];
  if (html !== undefined) {
    const { htmlReport } = await import('../../report/document/html.ts'); // the charts' library takes its time to load
    files.push(writeTo('html', html, htmlReport(report), context));
  }
  if (markdown !== undefined) files.push(writeTo('markdown', markdown, markdownReport(report), context));
  if (json) context.output.out(jsonLine(reportObject(figures, files)));
  else if (html !== '-' && markdown !== '-') context.output.out(report.sentence);
}

function writeTo(
  format: WrittenFile['format'],
  file: string,
  text: string,
  { output }: Context,
): WrittenFile {
  const written = { format, file, bytes: Buffer.byteLength(text) };
  if (file === '-') {
    output.out(text.trimEnd());
    return written;
  }
  try {
    writeFileSync(file, text);
  } catch (cause) {
    const message = `Expected a file that can be written for --${format}, received "${file}" (${(cause as NodeJS.ErrnoException).code}). Choose another one.`;
    throw new HashgapError('USAGE', message, { details: { file }, cause });
  }
  output.err(`wrote ${file} (${Math.ceil(written.bytes / 1000)} kB)`);
  return written;
}
