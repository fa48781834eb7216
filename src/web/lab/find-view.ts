/** Part 2 of the page: the header of the first block, the search for its nonce, and why what was found is right. */
import { hashToDisplay } from '../../bitcoin/hex.ts';
import { sha256d } from '../../bitcoin/sha256.ts';
import { targetFromBits, targetToHex } from '../../bitcoin/target.ts';
import { formatDuration, formatQuantity } from '../../format.ts';
import { announce, byId, make } from './dom.ts';
import { GENESIS_FIELDS, GENESIS_HASH, GENESIS_NONCE, genesisHeader } from './genesis.ts';
import type { SearchProgress, SearchResult } from './search.ts';

const TARGET_HEX = targetToHex(targetFromBits(0x1d00ffff));
const GROUPED = new Intl.NumberFormat('en-US');

/** Fills in the header without its nonce, and the target. */
export function showHeader(): void {
  const rows = GENESIS_FIELDS.map(({ name, hex, meaning }) => fieldRow(name, hex, meaning));
  byId('header-fields').replaceChildren(...rows, nonceRow(undefined));
  byId('target').replaceChildren(...digits(TARGET_HEX));
  showTry(0);
}

/**
 * Says how large the window is.
 *
 * @param noncesPerSecond - how fast this browser is, once that is known.
 */
export function showWindow(exponent: number, noncesPerSecond: number | undefined): void {
  const size = 2 ** exponent;
  const nonces = `${exponent === 32 ? 'all ' : ''}${GROUPED.format(size)} nonces`;
  const time = noncesPerSecond === undefined ? '' : `, about ${formatDuration(size / noncesPerSecond)} here`;
  byId('window-size').textContent = nonces;
  byId('window-time').textContent = time;
  byId('window').setAttribute('aria-valuetext', nonces + time);
}

/** The page before a search. */
export function showSearchStart(exponent: number): void {
  byId('checks').replaceChildren();
  byId('find-progress', HTMLProgressElement).value = 0;
  byId('find-status').textContent = `Searching ${GROUPED.format(2 ** exponent)} nonces ...`;
  byId('nonce-row').replaceWith(nonceRow(undefined));
  byId('checks').scrollIntoView({ block: 'nearest' }); // on a projector button and hash do not always fit below the header
}

/** A search under way: one of the hashes it made, for the eye. */
export function showSearchProgress(
  { noncesScanned, nonce, seconds }: SearchProgress,
  exponent: number,
): void {
  byId('find-progress', HTMLProgressElement).value = noncesScanned / 2 ** exponent;
  const rate = seconds > 0 ? `, ${formatQuantity(noncesScanned / seconds, 'H/s')}` : '';
  byId('find-status').textContent = `${GROUPED.format(noncesScanned)} nonces tried${rate}`;
  if (nonce !== GENESIS_NONCE) showTry(nonce);
}

/** What a search found; the page hashes the header itself before it believes it. */
export function showSearchResult({ nonces, noncesScanned, seconds }: SearchResult): void {
  const [nonce] = nonces;
  const text =
    nonce === undefined
      ? `Stopped after ${GROUPED.format(noncesScanned)} nonces.`
      : `Found: nonce ${GROUPED.format(nonce)}, in ${formatDuration(seconds)}.`;
  byId('find-status').textContent = text;
  const checks = nonce === undefined ? [] : checksOf(nonce);
  announce([text, ...checks.map(checkText)].join(' '));
  if (nonce === undefined) return;
  byId('find-progress', HTMLProgressElement).value = 1;
  byId('nonce-row').replaceWith(nonceRow(nonce));
  showTry(nonce);
  byId('checks').replaceChildren(
    ...checks.map((check) => make('li', { className: check.holds ? 'right' : 'wrong' }, checkText(check))),
  );
}

function showTry(nonce: number): void {
  const hash = hashOf(nonce);
  const tooLarge = hash > TARGET_HEX; // both have 64 digits, so the order of the texts is that of the numbers
  byId('hash-title').textContent = `hash with nonce ${GROUPED.format(nonce)}${tooLarge ? ': too large' : ''}`;
  byId('hash').classList.toggle('too-large', tooLarge);
  byId('hash').replaceChildren(...digits(hash));
}

const hashOf = (nonce: number) => hashToDisplay(sha256d(genesisHeader(nonce)));

/** A statement and whether it holds. */
interface Check {
  readonly text: string;
  readonly holds: boolean;
}

function checksOf(nonce: number): Check[] {
  const hash = hashOf(nonce);
  const zeros = /^0*/.exec(hash)?.[0].length ?? 0;
  return [
    { text: `Hashed again in plain JavaScript: ${zeros} zeros at the front.`, holds: zeros > 0 },
    { text: 'As a number the hash is not larger than the target.', holds: hash <= TARGET_HEX },
    { text: 'It is the hash of block 0 that every Bitcoin node knows.', holds: hash === GENESIS_HASH },
  ];
}

function checkText({ text, holds }: Check): string {
  return `${holds ? '\u2713' : '\u2717 Wrong:'} ${text}`;
}

function fieldRow(name: string, hex: string, meaning: string): HTMLDivElement {
  return make(
    'div',
    {},
    make('dt', {}, name),
    make('dd', { className: 'digits' }, hex),
    make('dd', { className: 'meaning' }, meaning),
  );
}

function nonceRow(nonce: number | undefined): HTMLDivElement {
  const hex = nonce === undefined ? '????????' : hexOfNonce(nonce);
  const row = fieldRow('nonce', hex, nonce === undefined ? 'the number to find' : GROUPED.format(nonce));
  row.id = 'nonce-row';
  row.className = nonce === undefined ? 'nonce' : 'nonce found';
  return row;
}

/** The four bytes as they stand in the header. */
function hexOfNonce(nonce: number): string {
  return Array.from(genesisHeader(nonce).subarray(76), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A number of 64 digits with its leading zeros marked. */
function digits(hex: string): Node[] {
  const zeros = /^0*/.exec(hex)?.[0] ?? '';
  return [make('span', { className: 'zeros' }, zeros), document.createTextNode(hex.slice(zeros.length))];
}
