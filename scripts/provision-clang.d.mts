/** The types of provision-clang.mjs, for the tests that import it. */

/**
 * The absolute path of a clang++: the one CXX names, else one on PATH, else the cached one, else Debian's package
 * unpacked into the cache.
 *
 * @throws Error with one sentence that names the next step.
 */
export function provisionClang(options?: { readonly log?: (line: string) => void }): Promise<string>;
