/** Clocks, power and temperature of the GPU while something runs, as nvidia-smi tells them; nothing is ever set. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { median } from './statistics.mjs';
import { capture } from './toolkit.mjs';

const FIELDS = ['clocks.sm', 'power.draw', 'temperature.gpu'];
/** Why the clock is not higher, as a bit mask; older drivers do not have it. */
const REASONS = 'clocks_event_reasons.active';
const EVERY_MS = 100;
const LAG_MS = 3 * EVERY_MS;

const query = (fields) => [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits', '--id=0'];

async function ask(nvidiaSmi, fields) {
  const { stdout } = await capture(nvidiaSmi, query(fields), { timeoutMs: 20_000 });
  return stdout.trim().split('\n')[0].split(', ');
}

/** What the GPU is: `{ name, driver, computeCapability, mostClockMHz, powerLimitW }`; undefined where nvidia-smi finds none. */
export async function describeNvidia(nvidiaSmi) {
  if (nvidiaSmi === undefined) return undefined;
  try {
    const fields = ['name', 'driver_version', 'compute_cap', 'clocks.max.sm', 'power.limit'];
    const [name, driver, computeCapability, clock, power] = await ask(nvidiaSmi, fields);
    return { name, driver, computeCapability, mostClockMHz: Number(clock), powerLimitW: Number(power) };
  } catch {
    return undefined;
  }
}

/** Starts to log. `during(fromMs, toMs)` has the medians of a time, by performance.now(); `samples` are all of them. */
export async function startSmi(nvidiaSmi) {
  if (nvidiaSmi === undefined) return { samples: [], during: () => undefined, stop() {} };
  const withReasons = await ask(nvidiaSmi, [...FIELDS, REASONS]).then(
    () => true,
    () => false,
  );
  const args = [...query(withReasons ? [...FIELDS, REASONS] : FIELDS), `--loop-ms=${EVERY_MS}`];
  const child = spawn(nvidiaSmi, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', () => {}); // no samples say so
  const samples = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [clockMHz, powerW, celsius] = line.split(', ').map(Number);
    const reasons = line.split(', ')[3];
    samples.push({ atMs: performance.now(), clockMHz, powerW, celsius, ...(reasons && { reasons }) });
  });
  return {
    samples,
    during(fromMs, toMs) {
      const inside = samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
      // A run may fall between two samples: the one just before it is as good.
      const before = samples.filter(({ atMs }) => atMs >= fromMs - LAG_MS && atMs < fromMs);
      return summary(inside.length > 0 ? inside : before.slice(-1));
    },
    stop: () => void child.kill(),
  };
}

function summary(samples) {
  if (samples.length === 0) return undefined;
  const of = (key) => samples.map((sample) => sample[key]).filter(Number.isFinite);
  const clocks = of('clockMHz');
  return {
    clockMHz: median(clocks),
    leastClockMHz: Math.min(...clocks),
    powerW: median(of('powerW')),
    celsius: median(of('celsius')),
    ...(samples[0].reasons && { reasons: [...new Set(samples.map(({ reasons }) => reasons))] }),
  };
}
