/** `npm run bench`: every bench once, on this machine. Numbers are for reading, not for passing. */
import { cpus } from 'node:os';
import { loadNativeBinding } from '../dist/engine/native/binding.js';
import { benchJobSwitch } from './job-switch.mjs';
import { benchKernels } from './kernels.mjs';
import { benchLatency } from './latency.mjs';

const native = loadNativeBinding();
const addon = 'binding' in native ? native.binding.compiler : native.unavailable;
console.log(`${cpus()[0]?.model}, ${cpus().length} CPUs, Node ${process.version}, native addon: ${addon}`);
await benchKernels();
await benchJobSwitch();
await benchLatency();
