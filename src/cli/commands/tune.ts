/** `hashgap tune`: finds out which kernel is the fastest on a GPU, and remembers it. */
import type { Command } from 'commander';
import { chooseGpu, type UsableAdapter } from '../../engine/gpu/choose.ts';
import { listGpus } from '../../engine/gpu/list.ts';
import { bestOf } from '../../engine/gpu/tuning.ts';
import { openTuned } from '../../engine/start.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import type { MinerEventBody } from '../../events.ts';
import type { TuneRow } from '../../gpu/tune.ts';
import { jsonLine } from '../../report/json.ts';
import { tuneLines, tuneRowLine } from '../../report/tune.ts';
import type { Context } from '../context.ts';
import { GPU_HELP, seconds, tuningPlace } from '../options.ts';
import { withGpu } from '../with-gpu.ts';

interface TuneFlags {
  readonly gpu?: string;
  readonly seconds: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ hashgap tune
  $ hashgap tune --gpu software --seconds 1 --json

The result is kept until the driver or hashgap changes, and a miner starts with it. A miner on a GPU that is not tuned does all this by itself while
it mines. A kernel that computed one wrong hash is never used again on that GPU and driver.`;

/** Adds the command to the program. */
export function addTune(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('tune')
    .summary('find the fastest kernel of a GPU')
    .description('Try every kernel worth trying on a GPU, show what each does, and remember the best.')
    .option('--gpu <gpu>', GPU_HELP)
    .option('--seconds <seconds>', 'how long each kernel is measured', seconds('--seconds', 0.001), 0.3)
    .option('--json', 'one JSON object, schema hashgap.tune/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: TuneFlags) => done(await tuneCommand(flags, context)));
}

async function tuneCommand(flags: TuneFlags, context: Context): Promise<ExitCode> {
  const { output, interrupted } = context;
  const listing = await listGpus({ signal: interrupted });
  if (interrupted.aborted) return EXIT.interrupted;
  const adapter = chooseGpu(listing, flags.gpu);
  const tried: TuneRow[] = [];
  const onRow = (row: TuneRow) => {
    tried.push(row);
    output.err(tuneRowLine(row));
  };
  const rows = await tuneAdapter(flags, context, (request) => openTuned(request, listing, adapter), onRow);
  const best = rows && bestOf(rows)?.kernel; // of half a tuning nobody knows it
  show({ adapter, rows: rows ?? tried, best }, flags, context);
  return interrupted.aborted ? EXIT.interrupted : EXIT.ok;
}

/** Every row; undefined when it was interrupted. */
async function tuneAdapter(
  flags: TuneFlags,
  { output, env, interrupted: signal }: Context,
  open: (request: Parameters<typeof openTuned>[0]) => ReturnType<typeof openTuned>,
  onRow: (row: TuneRow) => void,
): Promise<readonly TuneRow[] | undefined> {
  const emit = (event: MinerEventBody) => {
    if (event.type === 'warning') output.err(event.message);
  };
  try {
    const gpu = await open({ kernel: undefined, place: tuningPlace(env), emit, signal });
    output.err(`tuning ${gpu.engine.device}, ${gpu.engine.info.description}`);
    return await withGpu(gpu, signal, ({ tune }) => tune({ seconds: flags.seconds, onRow }));
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

interface Shown {
  readonly adapter: UsableAdapter;
  readonly rows: readonly TuneRow[];
  readonly best: string | undefined;
}

function show({ adapter, rows, best }: Shown, { json, seconds }: TuneFlags, { output }: Context): void {
  if (!json) {
    for (const line of tuneLines(rows, best, output.width)) output.out(line);
    return;
  }
  const { index, name, backend, info } = adapter;
  output.out(
    jsonLine({
      schema: 'hashgap.tune/1',
      gpu: { index, name, backend, driver: info.description, kind: info.software ? 'software' : 'hardware' },
      seconds,
      rows,
      best: best ?? null,
    }),
  );
}
