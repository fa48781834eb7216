/** `hashgap devices`: what this machine has to hash with. */
import type { Command } from 'commander';
import { describeCpu } from '../../engine/cpu.ts';
import { listGpus } from '../../engine/gpu/list.ts';
import { listKernels, selectKernel, type TestedKernel, testKernel } from '../../engine/select.ts';
import { EXIT, type ExitCode, isHashgapError } from '../../errors.ts';
import { jsonLine } from '../../report/json.ts';
import { tableOrList } from '../../report/table.ts';
import { wrapLines } from '../../report/text.ts';
import type { Context } from '../context.ts';
import { gpuLines, gpuObjects } from '../list-gpus.ts';

const EXAMPLES = `
Examples:
  $ hashgap devices
  $ hashgap devices --json | jq '.kernels[] | select(.selected).name'`;

/** Adds the command to the program. */
export function addDevices(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('devices')
    .summary('list CPU features, kernels and GPUs')
    .description(
      'List the CPU, its features, every kernel with its self-test, and every GPU; and what of all this would mine.',
    )
    .option('--json', 'one JSON object, schema hashgap.devices/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: { json?: boolean }) => done(await devicesCommand(flags, context)));
}

async function devicesCommand({ json }: { json?: boolean }, context: Context): Promise<ExitCode> {
  const { output } = context;
  const cpu = describeCpu();
  const kernels = listKernels().map((kernel) => testKernel(kernel));
  const selected = selectedName();
  const listing = await listGpus({ signal: context.interrupted });
  if (json) {
    output.out(
      jsonLine({
        schema: 'hashgap.devices/1',
        cpu,
        kernels: kernels.map((kernel) => kernelObject(kernel, selected)),
        gpus: gpuObjects(listing, context),
        noGpu: listing.reason ?? null,
      }),
    );
    return EXIT.ok;
  }
  const rows = kernels.map((kernel) => kernelRow(kernel, selected));
  for (const line of [
    ...cpuLines(cpu).flatMap((text) => wrapLines(text, output.width)),
    '',
    ...tableOrList(COLUMNS, rows, output.width),
    '',
    ...gpuLines(listing, context),
  ])
    output.out(line);
  return EXIT.ok;
}

const cpuLines = ({ brand, threads, features, addon }: ReturnType<typeof describeCpu>) => [
  `${brand}, ${threads} threads`,
  `features: ${features.join(' ') || 'unknown without the native addon'}`,
  `native addon: ${addon}`,
];

function selectedName(): string | undefined {
  try {
    return selectKernel({ engine: 'auto', kernel: undefined }).kernel.name;
  } catch (error) {
    if (isHashgapError(error, 'SELF_TEST_FAILED')) return undefined;
    throw error;
  }
}

const COLUMNS = [
  { heading: 'kernel', align: 'left' },
  { heading: 'self-test', align: 'left' },
  { heading: 'lanes', align: 'right' },
  { heading: 'midstates', align: 'right' },
  { heading: 'engine', align: 'left' },
  { heading: '', align: 'left' },
] as const;

function kernelRow(kernel: TestedKernel, selected: string | undefined): string[] {
  const result = kernel.selfTest ?? `needs ${kernel.missing.join(', ')}`;
  return [
    kernel.name,
    result,
    String(kernel.lanes),
    String(kernel.preferredMidstates),
    kernel.engine,
    kernel.name === selected ? 'selected' : '',
  ];
}

/** A kernel as `devices` and `verify` print it. */
export function kernelObject(kernel: TestedKernel, selected: string | undefined) {
  return {
    name: kernel.name,
    engine: kernel.engine,
    lanes: kernel.lanes,
    preferredMidstates: kernel.preferredMidstates,
    supported: kernel.missing.length === 0,
    ...(kernel.missing.length === 0 ? {} : { missing: kernel.missing }),
    selfTest: kernel.selfTest ?? null,
    ...(kernel.failure === undefined ? {} : { failure: kernel.failure }),
    selected: kernel.name === selected,
  };
}
