/** The output of another miner's benchmark, as cpuminer-opt and its relatives print it. */

const PREFIXES = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what starts a colour
const COLOUR = /\u001b\[[0-9;]*m/g;
const RATE = /(\d+(?:[.,]\d+)?) *([kKMGT]?)(?:[Hh](?:ash(?:es)?)?\/s)/;

/** A line without colours and carriage returns. */
export function plainText(text) {
  return text.replace(COLOUR, '').replaceAll('\r', '');
}

/** The hashrate in a text, hashes per second; undefined where there is none. */
export function parseRate(text) {
  const match = RATE.exec(plainText(text));
  if (match === null) return undefined;
  const prefix = match[2] === 'K' ? 'k' : match[2];
  return Number(match[1].replace(',', '.')) * PREFIXES[prefix];
}

/**
 * What a whole run printed. `hashesPerSecond` is of the closing line (`Benchmark:`), else of the last total, else of the last line with a rate;
 * undefined where no line has one.
 */
export function parsePeerOutput(text) {
  const lines = plainText(text).split('\n');
  const ratesOf = (pattern) =>
    lines.filter((line) => pattern.test(line)).flatMap((line) => parseRate(line) ?? []);
  const totals = ratesOf(/\bTotal:/);
  const closing = ratesOf(/\bBenchmark:/).at(-1);
  const after = (pattern) => lines.map((line) => pattern.exec(line)?.[1].trim()).find(Boolean);
  return {
    hashesPerSecond: closing ?? totals.at(-1) ?? ratesOf(/./).at(-1),
    lastTotal: totals.at(-1),
    name: after(/\*{3,}\s+(.+?)\s+\*{3,}/),
    compiler: after(/SW built on .*? with (\S+)/),
    features: after(/SW features: +(.+)/),
  };
}

/** How long before its last line arrived the peer's clock may have started, seconds: a process needs a moment to start. */
const START_SECONDS = 0.05;

/**
 * All hashes of a run. cpuminer-opt divides them by the seconds since its start *rounded down* and prints that as the total, so the total by
 * itself is up to a second's share too high, and total times whole seconds is the exact count.
 *
 * @param elapsedSeconds - from the start of the process to its last total.
 * @returns undefined where no total was printed.
 */
export function countHashes({ lastTotal, hashesPerSecond }, elapsedSeconds) {
  if (lastTotal === undefined) return undefined;
  const whole = Math.floor(elapsedSeconds);
  const nearBoundary = elapsedSeconds - whole < START_SECONDS;
  const candidates = nearBoundary && whole > 1 ? [whole, whole - 1] : [Math.max(1, whole)];
  const expected = hashesPerSecond * elapsedSeconds;
  const distance = (seconds) => Math.abs(lastTotal * seconds - expected);
  return lastTotal * candidates.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** User and system seconds of the children in what POSIX `times` prints: its second line. */
export function parseTimes(text) {
  const [user, system] = [...(text.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.,]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds.replace(',', '.')),
  );
  return user === undefined || system === undefined ? undefined : { user, system };
}
