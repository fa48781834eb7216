/** The commit of a git checkout, read from its files: no git needed, nothing started. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const HASH = /^[0-9a-f]{40,64}$/;

/**
 * The commit checked out in `root`, or null where `root` is no checkout: an installed package is none, even inside one.
 */
export function gitCommit(root: string): string | null {
  const gitFolder = gitFolderOf(root);
  const head = read(join(gitFolder, 'HEAD'));
  if (head === undefined) return null;
  if (HASH.test(head)) return head; // detached
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  if (ref === undefined) return null;
  // Branches of a linked worktree lie in the main checkout's folder.
  const common = resolve(gitFolder, read(join(gitFolder, 'commondir')) ?? '.');
  const commit = read(join(common, ref)) ?? packedRef(common, ref);
  return commit !== undefined && HASH.test(commit) ? commit : null;
}

/** `.git` itself, or where it points when it is a file, as in linked worktrees and submodules. */
function gitFolderOf(root: string): string {
  const pointer = /^gitdir: (.+)$/.exec(read(join(root, '.git')) ?? '')?.[1];
  return pointer === undefined ? join(root, '.git') : resolve(root, pointer);
}

function packedRef(folder: string, ref: string): string | undefined {
  const line = read(join(folder, 'packed-refs'))
    ?.split('\n')
    .find((text) => text.endsWith(` ${ref}`));
  return line?.split(' ')[0];
}

/** The text of a file without its line end; undefined when it cannot be read. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}
