/** Order statistics of runs. */

/** The middle value, or the mean of both middle ones; undefined of nothing. */
export function median(values) {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A fraction of the values is at or below this one. */
export function quantile(values, fraction) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}

/** What a row says of its runs: the median as `value`, and `spread`, the distance of the extremes as a share of it. */
export function summarize(runs) {
  const value = median(runs);
  return {
    value,
    least: Math.min(...runs),
    most: Math.max(...runs),
    spread: (Math.max(...runs) - Math.min(...runs)) / value,
    runs,
  };
}
