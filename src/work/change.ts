/** A change that several may wait for: each waits for the next one. */

/** Wakes those who wait. */
export interface Change {
  happened(): void;
  /** Resolves at the next change. */
  next(): Promise<void>;
}

/**
 * A change that has not happened.
 *
 * @example
 * ```ts
 * const change = createChange();
 * const woken = change.next().then(() => 'awake');
 * change.happened();
 * await woken; // 'awake'
 * ```
 */
export function createChange(): Change {
  let waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  return {
    next() {
      if (waiting === undefined) {
        let resolve = () => {};
        const promise = new Promise<void>((settle) => {
          resolve = settle;
        });
        waiting = { promise, resolve };
      }
      return waiting.promise;
    },
    happened() {
      waiting?.resolve();
      waiting = undefined;
    },
  };
}
