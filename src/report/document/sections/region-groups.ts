/** The regions by parts of the world: the map of the report. */
import type { Region } from '../../../economics/regions.ts';

/** A part of the world. */
export interface RegionGroup {
  readonly name: string;
  readonly regions: readonly Region[];
}

/** Ids of the regions of each part. */
const GROUPS = [
  ['North America', ['us', 'us-tx', 'us-ny', 'us-ca', 'us-wa', 'ca-qc']],
  ['Latin America', ['sv', 've', 'py', 'ar', 'br']],
  ['Europe', ['is', 'no', 'uk', 'de']],
  ['Africa', ['ng', 'et', 'ke']],
  ['Middle East', ['ir', 'om', 'ae']],
  ['Russia and Central Asia', ['ru', 'kz']],
  ['Asia', ['in', 'bt', 'cn', 'cn-sc', 'jp']],
] as const;

/**
 * The regions in their groups; those of no group, such as the world's average, come last.
 *
 * @example
 * ```ts
 * const germany = { id: 'de' };
 * regionGroups([germany])[0].name; // 'Europe'
 * ```
 */
export function regionGroups(regions: readonly Region[]): RegionGroup[] {
  const grouped = GROUPS.map(([name, ids]) => ({
    name,
    regions: ids.flatMap((id) => regions.find((region) => region.id === id) ?? []),
  }));
  const known = new Set<string>(GROUPS.flatMap(([, ids]) => ids));
  const others = { name: 'To compare with', regions: regions.filter(({ id }) => !known.has(id)) };
  return [...grouped, others].filter((group) => group.regions.length > 0);
}
