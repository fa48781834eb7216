/** Part 4 of the page: the gap in words, the ladder, and where the machines' figures come from. */
import { type Device, deviceById } from '../../economics/devices.ts';
import { formatQuantity } from '../../format.ts';
import { byId, make } from './dom.ts';
import { type GapWords, gapWords, type Rates, type Rung, rungs, scalePosition, TICKS } from './ladder.ts';

const DEVICES: readonly Device[] = ['s21', 'bitaxe-gamma'].map(deviceById);

/** Shows the gap from these rates; without any only the machines. */
export function showGap(rates: Rates): void {
  const gaps = gapWords(rates, DEVICES);
  if (gaps.length > 0) byId('gap').replaceChildren(...gaps.map(gapParagraph));
  byId('ladder').replaceChildren(...rungs(rates, DEVICES).map(rungItem));
  byId('scale-note').replaceChildren(...scaleNote(gaps[0]));
}

/** Fills in what never changes. */
export function showScale(): void {
  byId('ticks').replaceChildren(...TICKS.map(tick));
  byId('sources').replaceChildren(...DEVICES.map(sourceItem));
}

function gapParagraph({ device, timesFaster, oneSecondTakes }: GapWords, index: number): HTMLElement {
  return make(
    'p',
    { className: index === 0 ? 'headline' : 'second-line' },
    index === 0 ? 'An ' : 'A ',
    device,
    ' is ',
    make('strong', {}, `${timesFaster} times faster`),
    '. What it does in one second takes this browser ',
    make('strong', {}, oneSecondTakes),
    '.',
  );
}

function rungItem({ name, note, kind, hashesPerSecond }: Rung): HTMLLIElement {
  const bar = make('span', { className: 'bar' });
  bar.style.width = `${100 * scalePosition(hashesPerSecond)}%`;
  return make(
    'li',
    { className: kind },
    make('span', { className: 'name' }, name, ' ', make('small', {}, note)),
    make('span', { className: 'value' }, formatQuantity(hashesPerSecond, 'H/s')),
    make('span', { className: 'track' }, bar),
  );
}

function tick(rate: number): HTMLElement {
  const mark = make('span', {}, formatQuantity(rate, 'H/s'));
  mark.style.left = `${100 * scalePosition(rate)}%`;
  return mark;
}

function scaleNote(farthest: GapWords | undefined): (Node | string)[] {
  const scale = 'Each line of this scale is 1,000 times the line before it.';
  if (farthest === undefined) return [scale];
  return [
    `${scale} On a plain scale, with a bar of 1 mm for this browser, the bar of the ${farthest.device} would be `,
    make('strong', {}, `${farthest.plainBar} long`),
    '.',
  ];
}

function sourceItem({ name, hashrateHps, source, confidence }: Device): HTMLLIElement {
  const mark = confidence === 'sourced' ? '' : ` * ${confidence}, not a maker\u2019s figure.`;
  return make('li', {}, `${name}, ${formatQuantity(hashrateHps, 'H/s')}: ${source}.${mark}`);
}
