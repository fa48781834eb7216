/** `npm run bench`: every bench once, or those named, on this machine. Numbers are for reading, not for passing. */
import { cpus, loadavg } from 'node:os';
import { loadNativeBinding } from '../dist/src/engine/native/binding.js';
import { benchJobSwitch } from './job-switch.mjs';
import { benchKernels } from './kernels.mjs';
import { benchLatency } from './latency.mjs';
import { benchPlanner } from './planner.mjs';
import { benchStratum } from './stratum.mjs';
import { benchVerify } from './verify.mjs';

const BENCHES = {
  kernels: benchKernels,
  'job-switch': benchJobSwitch,
  planner: benchPlanner,
  verify: benchVerify,
  latency: benchLatency,
  stratum: benchStratum,
};

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in BENCHES));
if (unknown === undefined) await runBenches(names.length === 0 ? Object.keys(BENCHES) : names);
else {
  console.error(`Expected benches among ${Object.keys(BENCHES).join(', ')}, received "${unknown}".`);
  process.exitCode = 2;
}

async function runBenches(chosen) {
  const native = loadNativeBinding();
  const addon = 'binding' in native ? `addon by ${native.binding.compiler}` : native.unavailable;
  console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}, ${addon}`);
  console.log(`load average of the last minute before the start: ${loadavg()[0].toFixed(2)}`);
  for (const name of chosen) {
    console.log('');
    await BENCHES[name]();
  }
}
