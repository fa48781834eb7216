/** The commit of a checkout in every form git keeps it, and of what is no checkout. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { gitCommit } from '../../src/cli/git-commit.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each<[string, Readonly<Record<string, string>>, string | null]>([
  ['a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${COMMIT}\n` }, COMMIT],
  ['no branch', { '.git/HEAD': `${COMMIT}\n` }, COMMIT],
  [
    'a packed branch',
    {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/packed-refs': `# pack-refs with: peeled\n${'f'.repeat(40)} refs/heads/x/refs/heads/main\n${COMMIT} refs/heads/main\n`,
    },
    COMMIT,
  ],
  [
    'a linked worktree',
    {
      '.git': 'gitdir: ../main/.git/worktrees/w\n',
      '../main/.git/worktrees/w/HEAD': 'ref: refs/heads/topic\n',
      '../main/.git/worktrees/w/commondir': '../..\n',
      '../main/.git/refs/heads/topic': `${COMMIT}\n`,
    },
    COMMIT,
  ],
  ['a branch without a commit', { '.git/HEAD': 'ref: refs/heads/main\n' }, null],
  ['a broken HEAD', { '.git/HEAD': 'what?\n' }, null],
  ['no checkout', {}, null],
])('of %s', (name, files, expected) => {
  const root = join(folder, name.replaceAll(' ', '-'), 'checkout');
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  expect(gitCommit(root)).toBe(expected);
});
