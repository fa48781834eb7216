/** A built web page as it is served: every file of a folder in memory, by the path that a browser asks for. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

/** One file of the page. */
export interface SiteFile {
  /** Its `Content-Type`. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** The files by path, such as `/assets/page.js`; `/` is the page itself. */
export type Site = ReadonlyMap<string, SiteFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads a folder with an `index.html`. What a server answers from is fixed from then on, so there is no path that leads out of the folder.
 *
 * @throws {Error} of the file system when the folder is not there: the package was built without it.
 */
export function readSite(folder: string): Site {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const files = entries.map(({ parentPath, name }): [string, SiteFile] => {
    const path = join(parentPath, name);
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    return [
      url,
      { type: TYPES[extname(name)] ?? 'application/octet-stream', body: Uint8Array.from(readFileSync(path)) },
    ];
  });
  const site = new Map(files);
  const index = site.get('/index.html');
  if (index === undefined) throw new Error(`expected an index.html in ${folder}, received none`);
  return site.set('/', index);
}
