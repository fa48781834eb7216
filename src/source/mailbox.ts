/** A mailbox of one: the latest item waits for the reader, an older one that nobody read is merged into it. */

/** Hands the latest item from any number of writers to one reader. */
export interface Mailbox<T> {
  /** Leaves an item. */
  put(item: T): void;
  /** Ends the reader's loop after the item that is waiting. */
  close(): void;
  /** The items, each as soon as it is there. */
  items(): AsyncGenerator<T, void>;
}

/**
 * A mailbox for work: old work nobody started is worth nothing, so only the latest counts.
 *
 * @param merge - what the reader gets when `unread` was never taken.
 */
export function createMailbox<T>(merge: (unread: T, latest: T) => T): Mailbox<T> {
  let waiting: { item: T } | undefined;
  let closed = false;
  let wake: () => void = () => {};
  return {
    put(item) {
      waiting = { item: waiting === undefined ? item : merge(waiting.item, item) };
      wake();
    },
    close() {
      closed = true;
      wake();
    },
    async *items() {
      while (true) {
        if (waiting !== undefined) {
          const { item } = waiting;
          waiting = undefined;
          yield item;
        } else if (closed) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
