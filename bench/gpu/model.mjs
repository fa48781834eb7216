/** The model: what the hardware could do at most, and what was predicted before anything was measured. docs/kernels.md says how. */

/** Lanes of the logic pipe of an NVIDIA multiprocessor in a clock: rotations, logic and three-input additions all go there. */
export const LOGIC_LANES = 64;

/**
 * Instructions of the logic pipe a hash, by ptxas 13.0 for sm_90, a wg256 npi16 kernel; VIADD, whose pipe is not known, is added for the
 * upper count. A GPU's own compiler may do otherwise: rows of CUDA are judged by their own counts.
 */
export const LOGIC_PER_HASH = {
  'k1-plain': { least: 2223, most: 2264 },
  'k1-mad': { least: 1815, most: 1821 },
  'k2-plain': { least: 2007, most: 2064 },
  'k2-mad': { least: 1661, most: 1663 },
  'k4-plain': { least: 1921, most: 1966 },
  'k4-mad': { least: 1584, most: 1585 },
};

/** Hashes a second at most, when the logic pipe never waits. */
export function limitOf({ multiprocessors, clockMHz, logicPerHash }) {
  return (LOGIC_LANES * multiprocessors * clockMHz * 1e6) / logicPerHash;
}

/** The kind of a variant as the tables have it: `k2-mad`. */
export function kindOf(name) {
  const [, k, add] = /^k([124])-(?:const|uniform)-(plain|mad)-/.exec(name) ?? [];
  return k === undefined ? undefined : `k${k}-${add}`;
}

/** What was predicted for one H200 (132 multiprocessors, 1,980 MHz) before any was measured, GH/s: facts of the first prototype. */
export const PREDICTED_H200 = {
  'k1-plain': { least: 7.35, most: 7.5 },
  'k1-mad': { least: 9.2, most: 9.2 },
  'k2-plain': { least: 8.1, most: 8.3 },
  'k2-mad': { least: 10.1, most: 10.1 },
  'k4-plain': { least: 8.6, most: 8.6 },
  'k4-mad': { least: 10.6, most: 10.6 },
};

/**
 * hashcat 6.2.6 publishes 16.17 GH/s for -m 1400 on an H100 SXM, whose loop has 1,027 to 1,042 instructions for the logic pipe; ours folds
 * more of the message and has 986 to 1,003, so it should be that much faster.
 */
export const PREDICTED_SINGLE = { least: (16.17 * 1027) / 1003, most: (16.17 * 1042) / 986 };

/** Whether goals and predictions for the H200 apply: the same chip, whatever its memory. */
export const isH200Like = (gpu) => gpu?.multiprocessors === 132 && /H[12]00/.test(gpu.name);

/**
 * A prediction beside a measurement. Limits are predictions too: above them the model is wrong, and far below them something else is the limit.
 *
 * @returns `{ predicted, verdict }`, the verdict being `met` or `missed`; undefined where nothing was predicted.
 */
export function judge(value, predicted, { below = 0.9, above = 1.02 } = {}) {
  if (predicted === undefined || predicted === null || value === undefined || value === null)
    return undefined;
  const { least, most } = typeof predicted === 'number' ? { least: predicted, most: predicted } : predicted;
  const met = value >= below * least && value <= above * most;
  return { predicted: { least, most }, verdict: met ? 'met' : 'missed' };
}
