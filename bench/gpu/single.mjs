/** Step 3: a plain SHA-256 loop like hashcat's. Its rate on this GPU is known, so it tells whether the model and the measuring are right. */
import { createHash } from 'node:crypto';
import { emitCuda } from '../../dist/shaders/emit-cuda.js';
import { byteSwap } from '../../dist/shaders/kernel.js';
import { parseVariant } from '../../dist/shaders/variants.js';
import { measure } from './cuda.mjs';
import { failureOf } from './headers.mjs';
import { messageOf, singleSha256Cuda, singleSha256Job, undoneWord } from './single-sha256.mjs';
import { summarize } from './statistics.mjs';

const SHELL = parseVariant('k1-const-plain-xor-wg256-npi16');
const ROW = { name: 'SHA-256, 57 rounds, as hashcat -m 1400', kind: 'full', unit: 'H/s', midstates: 1 };
const MASK = 0x7f;
const COUNT = 4000;

/** Compiles, checks and measures the loop. */
export async function runSingle({ kit, smi, options }, step) {
  const { cubin, functions } = await kit.compile('single', singleSha256Cuda(emitCuda(SHELL)));
  const { loop, registers } = functions.scan;
  const row = { ...ROW, registers, sass: loop };
  const { workgroupSize: block, noncesPerInvocation: noncesPerThread } = SHELL;
  const kernel = { cubin, block, noncesPerThread, midstates: 1, job: singleSha256Job() };
  step.row(row);
  if (kit.host === undefined) return;
  await kit.host.load(cubin);
  const expected = expectedHits();
  const failure = failureOf(expected, await kit.host.scan(kernel, expected));
  if (failure !== undefined) {
    step.update(Object.assign(row, { failure }));
    return;
  }
  const { warmUpMs, runMs, runs } = options;
  if (!step.timeFor(warmUpMs + runs * runMs)) return;
  const { rates, clocks } = await measure({ kit, smi }, kernel, { warmUpMs, runMs, runs });
  step.update(Object.assign(row, summarize(rates), { clocks }));
}

/** Messages whose digest, its last seven rounds undone, has a word that passes an easy mask. */
export function expectedHits() {
  const hits = [];
  for (let nonce = 0; nonce < COUNT; nonce++) {
    const digest = createHash('sha256')
      .update(messageOf(byteSwap(nonce)))
      .digest();
    const words = Array.from({ length: 8 }, (_, i) => digest.readUInt32BE(4 * i));
    if ((undoneWord(words) & MASK) === 0) hits.push([nonce, 0]);
  }
  return { name: 'easy digests', first: 0, count: COUNT, mask: MASK, hits };
}
