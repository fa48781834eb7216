/** The types of provision-bitcoind.mjs, for the tests that import it. */

/**
 * The absolute path of an executable bitcoind: `BITCOIND`, else the one on PATH, else the cached copy, else Debian's
 * package unpacked into the cache.
 *
 * @throws Error with one sentence that names the next step.
 */
export function provisionBitcoind(options?: { readonly log?: (line: string) => void }): Promise<string>;
