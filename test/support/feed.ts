/** A feed of things that happen: kept in order, and awaited by what they are. */

/** What came so far, and a way to wait for what is still to come. */
export interface Feed<T> {
  /** Everything that came, oldest first. */
  readonly items: readonly T[];
  push(item: T): void;
  /** Nothing more comes: every wait, now or later, that is not over yet fails with `reason`. */
  end(reason: () => Error): void;
  /** The first item behind the one that the previous call returned for which `matches` holds. */
  next(matches: (item: T) => boolean): Promise<T>;
}

/** A feed with nothing in it. */
export function createFeed<T>(): Feed<T> {
  const items: T[] = [];
  let read = 0;
  let ended: (() => Error) | undefined;
  let wake = () => {};
  return {
    items,
    push(item) {
      items.push(item);
      wake();
    },
    end(reason) {
      ended = reason;
      wake();
    },
    async next(matches) {
      while (true) {
        while (read < items.length) {
          const item = items[read++] as T;
          if (matches(item)) return item;
        }
        if (ended !== undefined) throw ended();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
