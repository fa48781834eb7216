/** Step 6: what the hardware's own counters say of the main CUDA kernels, where the profiler is and may read them. Clocks are left alone. */
import { spawn } from 'node:child_process';
import { emitCuda } from '../../dist/shaders/emit-cuda.js';
import { generateKernel } from '../../dist/shaders/generate.js';
import { parseVariant } from '../../dist/shaders/variants.js';
import { Unavailable } from './cuda-kit.mjs';
import { FINALS } from './cuda-variants.mjs';
import { anyHeader, jobOf } from './headers.mjs';

const SECTIONS = [
  'ComputeWorkloadAnalysis',
  'WarpStateStats',
  'Occupancy',
  'LaunchStats',
  'InstructionStats',
];
/** Of the hundreds of columns those that tell which pipe is full, and what warps wait for. */
const TELLING =
  /pipe_(alu|fma|fmaheavy|fmalite|uniform)|issue_active|inst_issued|inst_executed\.|no_instruction|math_pipe|warps_active|registers_per_thread/;
const NONCES = 2 ** 28;
const LIMIT_MS = 60_000;

/** One launch of each main kernel under ncu. */
export async function runCounters({ kit, toolkit }, step) {
  if (toolkit.ncu === undefined) throw new Unavailable('ncu is not here: no hardware counters are read');
  if (kit.host === undefined) throw new Unavailable('there is no NVIDIA GPU whose counters could be read');
  for (const name of FINALS) {
    if (!step.timeFor(LIMIT_MS / 4)) return;
    const variant = parseVariant(name);
    const { cubin } = await kit.compile(`counters-${name}`, emitCuda(variant));
    const headers = Array.from({ length: variant.midstates }, (_, i) => anyHeader(13 + i));
    const job = jobOf(generateKernel(variant), headers);
    const shape = `${variant.workgroupSize} ${variant.noncesPerInvocation} ${variant.midstates}`;
    const scan = `scan 0 ${NONCES} 4294967295 scan ${shape} ${job.length} ${[...job].join(' ')}`;
    const output = await profile(toolkit.ncu, kit.program, [`load ${cubin}`, scan]);
    step.row({ name, unit: 'counters', midstates: variant.midstates, ...readCounters(output) });
  }
}

function profile(ncu, program, commands) {
  const sections = SECTIONS.flatMap((section) => ['--section', section]);
  const args = ['--clock-control', 'none', '--csv', '--page', 'raw', ...sections, program];
  return new Promise((resolve) => {
    const child = spawn(ncu, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', ({ message }) => (output += message));
    child.stdin.on('error', () => {});
    child.stdin.end(`${commands.join('\n')}\n`);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(output);
    });
  });
}

/** The telling columns of ncu's CSV, whose first row has the names, whose second the units, and whose third the values. */
export function readCounters(output) {
  const rows = output.split('\n').filter((line) => line.startsWith('"'));
  const [names, , values] = rows.map((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, cell]) => cell));
  if (values === undefined) return { failure: output.trim().split('\n').slice(-2).join(' ').slice(0, 300) };
  const counters = {};
  names.forEach((name, i) => {
    if (TELLING.test(name)) counters[name] = Number(values[i]?.replaceAll(',', ''));
  });
  return { counters };
}
