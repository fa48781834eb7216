/** Our side of bench/peer.mjs, one process for each run: `node bench/peer-ours.mjs KERNEL MIDSTATES SECONDS` prints one JSON line. */
import { benchKernel } from '../dist/src/engine/bench.js';
import { loadNativeBinding } from '../dist/src/engine/native/binding.js';
import { selectKernel } from '../dist/src/engine/select.js';

const [name, midstates, seconds] = process.argv.slice(2);
try {
  const { kernel } = selectKernel({ engine: 'auto', kernel: name === 'auto' ? undefined : name });
  const plan = {
    kernel,
    threads: 1,
    midstates: midstates === 'auto' ? 'auto' : Number(midstates),
    seconds: Number(seconds),
    samples: 1,
  };
  const result = await benchKernel(plan, new AbortController().signal);
  const native = loadNativeBinding();
  const compiler =
    kernel.engine === 'native' && 'binding' in native ? native.binding.compiler : `Node ${process.version}`;
  console.log(JSON.stringify({ ...result, compiler }));
} catch (error) {
  console.error(error.message);
  process.exitCode = error.exitCode ?? 1;
}
