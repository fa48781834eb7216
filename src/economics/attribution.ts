/** Which pool found a block: by the addresses that its coinbase pays, else by the tag in its input script. */
import type { Pool } from './pools.ts';

/** What a coinbase says about its pool. Whoever found the block wrote it, so nothing in it can be trusted. */
export interface CoinbaseMarks {
  /** The input script. */
  readonly script: Uint8Array;
  /** The output scripts in lower-case hex, in their order. */
  readonly outputs: readonly string[];
}

/** How a pool was told. */
export type AttributedBy = 'address' | 'tag';

/** The pool that found a block, or undefined where no mark is known. */
export type Attribution = { readonly pool: Pool; readonly by: AttributedBy } | undefined;

/** The longest input script that consensus allows a coinbase, bytes; of a longer one, which no chain has, no more is looked at. */
export const MAX_COINBASE_SCRIPT_BYTES = 100;

/**
 * A function that attributes coinbases. An address beats a tag: anyone can write a tag, but who pays an address gives the money away. The first
 * output with a known address decides; of several tags the longest, which is the most particular one.
 *
 * @param scriptOf - the output script of a mainnet address in lower-case hex. Scripts are the same on every network, so that marks are found on a
 * test network too.
 * @example
 * ```ts
 * const attribute = createAttributor([{ id: 'ann', name: 'Ann', tags: ['/Ann/'], addresses: ['1Ann'], source: 'hers', date: null }], () => '51');
 * attribute({ script: new TextEncoder().encode('..../ann/'), outputs: ['6a'] })?.by; // 'tag'
 * attribute({ script: new Uint8Array(0), outputs: ['6a', '51'] })?.by; // 'address'
 * attribute({ script: new TextEncoder().encode('ann'), outputs: [] }); // undefined
 * ```
 */
export function createAttributor(
  pools: readonly Pool[],
  scriptOf: (address: string) => string,
): (coinbase: CoinbaseMarks) => Attribution {
  const byScript = new Map(
    pools.flatMap((pool) => pool.addresses.map((address) => [scriptOf(address), pool])),
  );
  const tags = pools
    .flatMap((pool) => pool.tags.map((tag) => ({ pool, text: searchable(new TextEncoder().encode(tag)) })))
    .sort((a, b) => b.text.length - a.text.length);
  return ({ script, outputs }) => {
    const paid = outputs.find((output) => byScript.has(output));
    if (paid !== undefined) return { pool: byScript.get(paid)!, by: 'address' };
    const text = searchable(script.subarray(0, MAX_COINBASE_SCRIPT_BYTES));
    const tagged = tags.find((tag) => text.includes(tag.text));
    return tagged === undefined ? undefined : { pool: tagged.pool, by: 'tag' };
  };
}

/** One character for each byte, so that tags in any encoding are found between bytes of none; only ASCII letters lose their case. */
function searchable(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
