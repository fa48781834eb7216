/** Part 3 of the page: the two hashrates, live while they are measured. */
import { formatQuantity } from '../../format.ts';
import { byId } from './dom.ts';
import type { Measured } from './measure.ts';
import type { EngineName, TuneProgress } from './protocol.ts';

/** Shows a rate, or that there is none yet. */
export function showRate(engine: EngineName, hashesPerSecond: number | undefined): void {
  byId(`${engine}-rate`).textContent =
    hashesPerSecond === undefined ? '?' : formatQuantity(hashesPerSecond, 'H/s');
}

/** There is no GPU whose rate could be measured. */
export function showNoGpuRate(): void {
  byId('gpu-rate').textContent = 'none';
}

/** A sentence under a rate. */
export function showRateNote(engine: EngineName, text: string): void {
  byId(`${engine}-note`).textContent = text;
}

/** The kernel that has been tried last. */
export function showTuning({ kernel, hashesPerSecond, tried, of }: TuneProgress): void {
  const rate = hashesPerSecond === undefined ? 'not usable here' : formatQuantity(hashesPerSecond, 'H/s');
  showMeasureState(tried / of, `Trying kernels, ${tried} of ${of}: ${kernel}, ${rate}`);
}

/** How far the measurement is, 0 to 1, and what it does. */
export function showMeasureState(part: number, text: string): void {
  byId('measure-progress', HTMLProgressElement).value = part;
  byId('measure-status').textContent = text;
}

/** Hashes per second; undefined when nothing was counted. */
export function rateOf({ hashes, seconds }: Measured): number | undefined {
  return seconds > 0 && hashes > 0 ? hashes / seconds : undefined;
}
