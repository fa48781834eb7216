/** Which reporter is chosen, and whether its terminal gets more than ASCII. */
import { expect, it } from 'vitest';
import {
  chooseReporterKind,
  needsAscii,
  type ReporterChoice,
  type ReporterKind,
} from '../../src/report/choose.ts';

const XTERM = { TERM: 'xterm-256color', LANG: 'en_GB.UTF-8' };

it.each<[string, ReporterChoice, ReporterKind]>([
  ['a terminal', { isTTY: true, env: XTERM }, 'dashboard'],
  ['a terminal without TERM, as on Windows', { isTTY: true, env: {} }, 'dashboard'],
  ['a pipe', { isTTY: false, env: XTERM }, 'lines'],
  ['CI', { isTTY: true, env: { ...XTERM, CI: 'true' } }, 'lines'],
  ['CI said not to be', { isTTY: true, env: { ...XTERM, CI: 'False' } }, 'dashboard'],
  ['a dumb terminal', { isTTY: true, env: { TERM: 'dumb' } }, 'lines'],
  ['--json', { isTTY: true, env: XTERM, json: true }, 'json'],
  [
    '--json before another reporter in the configuration',
    { isTTY: true, env: XTERM, json: true, flag: 'dashboard' },
    'json',
  ],
  ['--reporter json', { isTTY: true, env: XTERM, flag: 'json' }, 'json'],
  ['--reporter lines', { isTTY: true, env: XTERM, flag: 'lines' }, 'lines'],
  ['--reporter dashboard in CI', { isTTY: true, env: { ...XTERM, CI: '1' }, flag: 'dashboard' }, 'dashboard'],
  ['--reporter dashboard in a pipe', { isTTY: false, env: XTERM, flag: 'dashboard' }, 'lines'],
  [
    '--reporter dashboard in a dumb terminal',
    { isTTY: true, env: { TERM: 'dumb' }, flag: 'dashboard' },
    'lines',
  ],
])('%s', (_, choice, kind) => {
  expect(chooseReporterKind(choice)).toBe(kind);
});

it.each<[string, Record<string, string>, string, boolean]>([
  ['UTF-8', XTERM, 'linux', false],
  ['UTF-8 written otherwise', { LANG: 'C.utf8' }, 'linux', false],
  ['no locale', { TERM: 'xterm' }, 'linux', true],
  ['Latin-1', { LANG: 'de_DE.ISO-8859-1' }, 'linux', true],
  ['LC_ALL before LANG', { LANG: 'en_GB.UTF-8', LC_ALL: 'C' }, 'linux', true],
  ['an empty LC_ALL', { LANG: 'en_GB.UTF-8', LC_ALL: '' }, 'darwin', false],
  ['LC_CTYPE before LANG', { LANG: 'C', LC_CTYPE: 'en_GB.UTF-8' }, 'darwin', false],
  ['the Linux console', { ...XTERM, TERM: 'linux' }, 'linux', true],
  ['a dumb terminal', { ...XTERM, TERM: 'dumb' }, 'linux', true],
  ['Windows Terminal', { WT_SESSION: '1' }, 'win32', false],
  ['the old console of Windows', {}, 'win32', true],
])('ASCII only: %s', (_, env, platform, ascii) => {
  expect(needsAscii(env, platform)).toBe(ascii);
});
