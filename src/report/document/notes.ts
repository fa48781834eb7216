/** Notes on figures that no public source confirms, and what a cell shows of them. */
import { isUnconfirmed, type Provenance } from '../../economics/provenance.ts';
import { createMarks, type Marks } from '../economics-text.ts';

/** Collects the notes of one report. */
export interface Notes extends Marks {
  /** The mark of the row's note, empty where a source confirms these figures. */
  markRow<Field extends string>(row: NotedRow<Field>, ...fields: Field[]): string;
}

/** A row of the data. */
export type NotedRow<Field extends string = string> = Provenance<Field> & { readonly name: string };

/** What every chart and table uses. */
export function createNotes(): Notes {
  const { all, mark } = createMarks();
  return {
    all,
    mark,
    markRow: (row, ...fields) =>
      fields.some((field) => isUnconfirmed(row, field)) ? mark(rowNote(row, fields)) : '',
  };
}

/**
 * What is to be said of a row.
 *
 * @param shown - the figures that are shown: others are not named.
 * @example
 * ```ts
 * rowNote({ name: 'Iceland', source: 'unconfirmed: no public source found', date: null, confidence: 'unconfirmed' }); // 'Iceland: unconfirmed: no public source found'
 * ```
 */
export function rowNote(
  { name, source, note, confidence, unconfirmed = [] }: NotedRow,
  shown: readonly string[] = unconfirmed,
): string {
  const fields =
    confidence === 'partly-unconfirmed' ? unconfirmed.filter((field) => shown.includes(field)) : [];
  const verb = fields.length === 1 ? 'is' : 'are';
  const which = fields.length === 0 ? '' : `${fields.map(figureName).join(' and ')} ${verb} unconfirmed; `;
  return `${name}: ${which}${note === undefined ? '' : `${note}; `}${source}`;
}

const figureName = (field: string) => FIGURES[field] ?? field;

const FIGURES: Readonly<Record<string, string>> = {
  hashrateHps: 'the hashrate',
  powerW: 'the power',
  residentialUsdPerKwh: 'the household price',
  industrialUsdPerKwh: 'the industrial price',
  miningUsdPerKwh: 'the mining price',
  bandwidthGBps: 'the memory bandwidth',
  memoryGB: 'the memory',
  fp16Tflops: 'the FP16 rate',
  int8Tops: 'the int8 rate',
  fp4Tops: 'the FP4 rate',
  tokensPerSecond: 'the tokens per second',
  priceUsd: 'the price',
  parameters: 'the parameters',
  activeParameters: 'the active parameters',
};

/** A text without its marks, for drawings and for those who listen. */
export const withoutMarks = (text: string) => text.replace(/ \[\d+\]/g, '');
