/** The types of provision-chromium.mjs, for the tests that import it. */

/**
 * The absolute path of an executable Chromium: `CHROMIUM`, else one on PATH, else the cached copy, else Debian's package
 * unpacked into the cache. Run by root, or where there are no user namespaces, it needs `--no-sandbox`.
 *
 * @throws Error with one sentence that names the next step.
 */
export function provisionChromium(options?: { readonly log?: (line: string) => void }): Promise<string>;
