/** Part 1 of the page: the adapter that the browser offers, or plainly that there is none, and what to do. */
import { byId, make, show } from './dom.ts';
import type { AdapterDescription, NoGpuReason, Offer } from './protocol.ts';

/** The adapter is known, its kernel is not yet ready. */
export function showOpening({ name }: AdapterDescription): void {
  byId('adapter-name').textContent = name;
  byId('adapter-note').textContent = 'Compiling a kernel for it and testing it ...';
}

/** Shows what the browser offered. */
export function showOffer(offer: Offer): void {
  const help = 'adapter' in offer ? [] : ADVICE[offer.reason];
  byId('adapter-name').textContent = 'adapter' in offer ? offer.adapter.name : 'This browser offers no GPU';
  byId('adapter-note').textContent =
    'adapter' in offer ? describe(offer.adapter) : `${WHY[offer.reason]} ${offer.message}`.trim();
  byId('adapter-help').replaceChildren(...help.map(adviceItem));
  show(byId('adapter-help'), help.length > 0);
}

/** The GPU claimed a hit that is none; the kernel that did is not used again. */
export function showMismatch(nonce: number): void {
  byId('adapter-note').textContent =
    `This GPU computed a wrong hash for nonce ${nonce}. Another kernel takes over; if it happens again, something is amiss with the driver or the card.`;
}

function describe({ vendor, architecture, software }: AdapterDescription): string {
  const made = [vendor && `vendor ${vendor}`, architecture && `architecture ${architecture}`]
    .filter((part) => part !== '')
    .join(', ');
  const kind = software
    ? 'A software adapter: there is no GPU behind it, the CPU does its work. A real GPU is a hundred times faster or more.'
    : 'It hashes thousands of headers side by side.';
  return made === '' ? kind : `${kind} The browser says: ${made}.`;
}

const WHY: Readonly<Record<NoGpuReason, string>> = {
  insecure:
    'Browsers give their GPU only to https pages and to pages of the machine itself, and this page came over the network.',
  'no-webgpu': 'It does not know WebGPU, the way for a page to compute on the GPU.',
  'no-adapter': 'It knows WebGPU, but has no GPU to give.',
  failed: 'There is one, but it could not be used.',
};

/** Advice in parts: every second one is what to type. */
type Advice = readonly string[];

const PLAIN: Advice = ['Or go on without: plain JavaScript searches and measures here too.'];
const CHROME: Advice = [
  'Chrome or Edge: update it. If that does not help, open ',
  'chrome://flags/#enable-unsafe-webgpu',
  ', choose Enabled, and start the browser again.',
];
const FIREFOX: Advice = [
  'Firefox: update it. If that does not help, open ',
  'about:config',
  ', set ',
  'dom.webgpu.enabled',
  ' to true, and load this page again.',
];
const SAFARI: Advice = ['Safari: version 26 or later.'];
const ACCELERATION: Advice = [
  'Look into the browser\u2019s settings, under System: graphics acceleration has to be on. On Linux a Vulkan driver has to be there, and ',
  'chrome://gpu',
  ' says what Chrome thinks of it.',
];

const ADVICE: Readonly<Record<NoGpuReason, readonly Advice[]>> = {
  insecure: [
    ['Run ', 'npx hashgap lab', ' on this machine itself and open the address that it prints.'],
    PLAIN,
  ],
  'no-webgpu': [CHROME, FIREFOX, SAFARI, PLAIN],
  'no-adapter': [CHROME, FIREFOX, ACCELERATION, PLAIN],
  failed: [['Load the page again. If that does not help, update the graphics driver.'], PLAIN],
};

function adviceItem(parts: Advice): HTMLLIElement {
  return make('li', {}, ...parts.map((part, i) => (i % 2 === 1 ? make('code', {}, part) : part)));
}
