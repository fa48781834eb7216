/** A tuning in flight: rows as they come from the child, and what is left to try when the child is lost on the way. */
import type { HashgapError } from '../../errors.ts';
import type { TuneRow } from '../../gpu/tune.ts';
import { shapeOf } from './kernels.ts';

/** What a user of the engine asks to be tried. */
export interface GpuTuning {
  /** Names of kernels, the likely best first; those in use are measured with them. */
  readonly kernels: readonly string[];
  /** How long each is measured. @default 0.3 */
  readonly seconds?: number;
  /** Told after each kernel. @default nobody */
  readonly onRow?: (row: TuneRow) => void;
  /** Told when the GPU was lost between two kernels, so that any of them may be the reason. @default nobody */
  readonly onUnexplainedLoss?: () => void;
  /** Ends it after the kernel under way, with the fastest so far in use. @default never */
  readonly signal?: AbortSignal;
}

/** One tuning. */
export class Tuning {
  readonly seconds: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onRow: (row: TuneRow) => void;
  readonly #onUnexplainedLoss: () => void;
  readonly #rows = new Map<string, TuneRow>();
  readonly #end: (end: readonly TuneRow[] | undefined | HashgapError) => void;
  #left: readonly string[];
  /** Whether the child that is there now has been asked to tune. */
  #asked = false;
  /** What that child has begun to try, and not come to an end with. */
  #trying: string | undefined;

  constructor(
    { kernels, seconds = 0.3, onRow = () => {}, onUnexplainedLoss = () => {}, signal }: GpuTuning,
    end: (end: readonly TuneRow[] | undefined | HashgapError) => void,
  ) {
    this.seconds = seconds;
    this.#signal = signal;
    this.#onRow = onRow;
    this.#onUnexplainedLoss = onUnexplainedLoss;
    this.#end = end;
    this.#left = kernels;
  }

  /** A child is about to be asked: the kernels to try, or to go on with. */
  ask(): readonly string[] {
    this.#asked = true;
    return this.#left;
  }

  /** Whether its user has had enough of it. */
  get stopped(): boolean {
    return this.#signal?.aborted === true;
  }

  /** A kernel is about to be tried. Kernels in use come first, whichever these are. */
  trying(kernel: string): void {
    this.#trying = kernel;
  }

  /** A kernel was tried. */
  add(row: TuneRow): void {
    this.#trying = undefined;
    // It was blamed for a loss, was in use all the same since there was no other, and is right: something else was the reason.
    if (row.status === 'right' && this.#rows.get(row.kernel)?.status === 'refused') this.#onUnexplainedLoss();
    this.#rows.set(row.kernel, row);
    this.#left = this.#left.filter((name) => name !== row.kernel);
    this.#onRow(row);
  }

  /**
   * The child was lost. The kernel that was being tried is the likely reason, and is not asked for again. The best one so far is measured again, so
   * that the rest is compared with it.
   *
   * @returns the name of that kernel; undefined where nobody knows it.
   */
  lost(): string | undefined {
    if (!this.#asked) return undefined; // it had not even started
    this.#asked = false;
    const culprit = shapeOf(this.#trying ?? '');
    if (culprit === undefined) this.#onUnexplainedLoss();
    else this.add({ ...culprit, status: 'refused', failure: 'the GPU was lost while it was tried' });
    const best = bestOf([...this.#rows.values()]);
    this.#left = [...(best === undefined ? [] : [best.kernel]), ...this.#left];
    return culprit?.kernel;
  }

  /** Every kernel was tried. Rows come in the order of their first measurement. */
  finish(): void {
    this.#end([...this.#rows.values()]);
  }

  /** It comes to no end: the engine was closed, or given up. */
  stop(error?: HashgapError): void {
    this.#end(error);
  }
}

/**
 * The fastest kernel that is right; undefined when none is.
 *
 * @example
 * ```ts
 * const shape = { midstates: 1, workgroupSize: 64, noncesPerInvocation: 1 };
 * bestOf([{ kernel: 'a', ...shape, status: 'right', hashesPerSecond: 5 }, { kernel: 'b', ...shape, status: 'wrong' }]).kernel; // 'a'
 * bestOf([]); // undefined
 * ```
 */
export function bestOf(rows: readonly TuneRow[]): TuneRow | undefined {
  const rate = ({ hashesPerSecond = 0 }: TuneRow) => hashesPerSecond;
  const right = rows.filter(({ status }) => status === 'right');
  return right.reduce<TuneRow | undefined>(
    (best, row) => (best === undefined || rate(row) > rate(best) ? row : best),
    undefined,
  );
}
