/** Rows looked up by id or name: exactly for ids written in code, forgivingly for what a person typed. */
import { didYouMean } from '../errors.ts';

/** What a row needs to be found. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A row, or a hint at the nearest ones, ready to be appended to a sentence; empty when nothing is near. */
export type Found<Row> = { readonly match: Row } | { readonly hint: string };

/**
 * The row with this id.
 *
 * @param what - the kind of row, for the message.
 * @throws {RangeError} for an unknown id: ids are written in code, so this is a defect.
 * @example
 * ```ts
 * rowById([{ id: 'a', value: 1 }], 'letter', 'a').value; // 1
 * ```
 */
export function rowById<Row extends Pick<Named, 'id'>>(rows: readonly Row[], what: string, id: string): Row {
  const row = rows.find((entry) => entry.id === id);
  if (row === undefined) throw new RangeError(`no ${what} with the id ${id}`);
  return row;
}

/**
 * The row a person means: by id or name, whatever the case, spaces and dashes; else by words that only one row has in its name.
 *
 * @example
 * ```ts
 * const rows = [{ id: 'de', name: 'Germany' }, { id: 'uk', name: 'United Kingdom' }];
 * findRow(rows, 'germany'); // { match: rows[0] }
 * findRow(rows, 'kingdom'); // { match: rows[1] }
 * findRow(rows, 'Germny'); // { hint: ' Did you mean "germany"?' }
 * ```
 */
export function findRow<Row extends Named>(rows: readonly Row[], text: string): Found<Row> {
  const wanted = plain(text);
  if (wanted === '') return { hint: '' };
  const exact = rows.find(({ id, name }) => plain(id) === wanted || plain(name) === wanted);
  if (exact !== undefined) return { match: exact };
  const partial = rows.filter(({ name }) => words(text).every((word) => words(name).includes(word)));
  if (partial.length === 1) return { match: partial[0]! };
  return { hint: partial.length > 1 ? whichOf(partial) : nearest(rows, text.trim()) };
}

/** Letters, digits and plus signs (an S21+ is not an S21), in lower case. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}+]/gu, '');
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}+.]+/gu) ?? [];
}

function whichOf(rows: readonly Named[]): string {
  const shown = rows.slice(0, 4).map(({ id }) => `"${id}"`);
  const more = rows.length - shown.length;
  return ` It could be ${shown.join(', ')}${more > 0 ? ` or one of ${more} more` : ''}.`;
}

function nearest(rows: readonly Named[], text: string): string {
  const ids = rows.map(({ id }) => id);
  const names = rows.map(({ name }) => name.toLowerCase());
  return didYouMean(text, ids) || didYouMean(text, names);
}
