/** The goals on one H200, and which of them a row meets: `{ text, value, met }` each. */

const OF_CUDA = 0.97;
const OF_LIMIT = 0.9;
/** The model's limits by versions hashed side by side, GH/s: the best variant of each is to come close. */
const LIMITS_GHS = { 1: 9.2, 2: 10.1 };
const OF_KERNEL = 0.99;
const MAIN_THREAD = 0.05;
const SWITCH_MS = 200;
/** How long the engine's dispatches take by default. */
const DEFAULT_TARGET_MS = 80;

const atLeast = (text, value, least) => ({ text, value, met: value >= least });
const under = (text, value, most) => ({ text, value, met: value < most });

/** A WGSL row: `ofCuda` is its share of the same CUDA variant, `rows` all of its step. */
export function wgslGoals(row, { ofCuda, h200, rows }) {
  const goals = [];
  if (ofCuda !== undefined && row.kind === 'full') goals.push(atLeast('97% of CUDA', ofCuda, OF_CUDA));
  const limit = h200 && isFastest(row, rows) ? LIMITS_GHS[row.midstates] : undefined;
  if (limit !== undefined) goals.push(atLeast(`90% of ${limit} GH/s`, row.value / 1e9 / limit, OF_LIMIT));
  return goals;
}

/** Whether no other row that hashes as many versions is faster. */
function isFastest({ midstates, value }, rows) {
  return value !== undefined && !rows.some((other) => other.midstates === midstates && other.value > value);
}

/** A row of the engine: `ofKernel` is its share of the bare kernel. */
export function engineGoals({ targetMs, cpu, jobSwitch }, ofKernel) {
  const goals = [];
  if (ofKernel !== undefined && targetMs === DEFAULT_TARGET_MS) {
    goals.push(atLeast('99% of the bare kernel', ofKernel, OF_KERNEL));
  }
  // The miner's own and that of the process that has the GPU: either could spin.
  const threads = [cpu?.mainThread, cpu?.engineMainThread].filter((share) => typeof share === 'number');
  if (threads.length > 0) goals.push(under('main threads under 5%', Math.max(...threads), MAIN_THREAD));
  if (jobSwitch !== undefined && targetMs <= DEFAULT_TARGET_MS) {
    goals.push(under('job switch under 200 ms', jobSwitch.p95Ms, SWITCH_MS));
  }
  return goals;
}
