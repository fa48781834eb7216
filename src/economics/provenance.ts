/** Where a figure of the data comes from, and how far it may be trusted: what every row of data/ carries. */

/**
 * How well a row is supported. Only `sourced` may be shown without a mark.
 *
 * - `sourced`: each figure is in the named source.
 * - `derived`: calculated, by the rule the source field states, from figures that are in the named source.
 * - `partly-unconfirmed`: as above, but for the fields that `unconfirmed` names.
 * - `unconfirmed`: no public source was found for the figures that matter.
 */
export type Confidence = (typeof CONFIDENCES)[number];

/** Every confidence, best first. */
export const CONFIDENCES = ['sourced', 'derived', 'partly-unconfirmed', 'unconfirmed'] as const;

/** What a row says about itself; `Field` are the names of its figures. */
export interface Provenance<Field extends string = string> {
  /** URLs, with what each of them says where that is not plain. */
  readonly source: string;
  /** Of the source: `2026`, `2026-01`, `2026-01-12`, or two of them with a slash between; null where it is not known. */
  readonly date: string | null;
  readonly confidence: Confidence;
  /** The figures that no public source confirms, when the others have one. */
  readonly unconfirmed?: readonly Field[];
  readonly note?: string;
}

/**
 * Whether one figure of a row has to be marked where it is shown.
 *
 * @example
 * ```ts
 * isUnconfirmed(deviceById('rtx-2080'), 'powerW'); // true
 * isUnconfirmed(deviceById('rtx-2080'), 'hashrateHps'); // false
 * ```
 */
export function isUnconfirmed<Field extends string>(row: Provenance<Field>, field: Field): boolean {
  return row.confidence === 'unconfirmed' || (row.unconfirmed?.includes(field) ?? false);
}
