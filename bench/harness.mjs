/** What the benches share: order statistics and one way to print them. */

/** Median, 95th percentile and worst of a list of milliseconds. */
export function spread(samplesMs) {
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const at = (fraction) => sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
  return { samples: sorted.length, medianMs: at(0.5), p95Ms: at(0.95), worstMs: sorted.at(-1) };
}

/** One line: a name and its spread. */
export function printSpread(name, samplesMs) {
  const { samples, medianMs, p95Ms, worstMs } = spread(samplesMs);
  const ms = (value) => `${value.toFixed(3)} ms`;
  console.log(
    `${name.padEnd(44)} median ${ms(medianMs)}  p95 ${ms(p95Ms)}  worst ${ms(worstMs)}  (${samples} samples)`,
  );
}
