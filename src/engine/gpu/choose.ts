/** The choice of an adapter: the one that was named, or the first that is a GPU in hardware. */
import { didYouMean, HashgapError } from '../../errors.ts';
import type { GpuInfo } from '../../gpu/adapter.ts';
import type { GpuListing, ListedAdapter } from './list.ts';

/** An adapter that can be used. */
export interface UsableAdapter extends ListedAdapter {
  readonly info: GpuInfo;
}

/** What `--gpu` takes for the first software adapter. */
export const SOFTWARE = 'software';

/** Whether an adapter can be used at all. */
export function isUsable(adapter: ListedAdapter): adapter is UsableAdapter {
  return adapter.info !== undefined;
}

/** The adapter that would be taken without being named: never one that is software, since the CPU engine is faster than that. */
export function hardwareGpu({ adapters }: GpuListing): UsableAdapter | undefined {
  return adapters.filter(isUsable).find(({ info }) => !info.software);
}

/**
 * The adapter that a user wants.
 *
 * @param wish - `software`, an index, or a part of a name; undefined takes the first in hardware.
 * @throws {HashgapError} `GPU_UNAVAILABLE` when there is none to choose from, or when the one that was named cannot be used; `GPU_UNKNOWN` when no
 * adapter has that name.
 */
export function chooseGpu(listing: GpuListing, wish: string | undefined): UsableAdapter {
  if (listing.adapters.length === 0) throw unavailable(listing.reason ?? 'No driver offers a GPU.');
  const found = wish === undefined ? hardwareGpu(listing) : named(listing.adapters, wish);
  if (found === undefined)
    throw wish === undefined ? unavailable(whyNoHardware(listing)) : unknown(listing, wish);
  if (isUsable(found)) return found;
  throw unavailable(found.failure ?? 'It did not answer.');
}

function named(adapters: readonly ListedAdapter[], wish: string): ListedAdapter | undefined {
  if (wish === SOFTWARE) return adapters.find(({ info }) => info?.software === true);
  if (/^\d+$/.test(wish) && Number(wish) < adapters.length) return adapters[Number(wish)];
  const text = wish.toLowerCase();
  const tests: ((adapter: ListedAdapter) => boolean)[] = [
    ({ name }) => name.toLowerCase() === text,
    ({ name }) => name.toLowerCase().includes(text),
    ({ info }) => `${info?.vendor} ${info?.description}`.toLowerCase().includes(text),
  ];
  for (const test of tests) {
    const found = adapters.find(test);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** There are adapters, and none of them is a GPU that can be used. */
function whyNoHardware({ adapters }: GpuListing): string {
  const failures = adapters.flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0) return failures.join(' ');
  const names = adapters.map(({ name }) => name).join(', ');
  return `Only software plays GPU here (${names}), slower than the CPU engine. Pass --gpu ${SOFTWARE} to use it all the same.`;
}

function unavailable(reason: string): HashgapError {
  return new HashgapError('GPU_UNAVAILABLE', `Expected a GPU, received none: ${reason}`, {
    details: { reason },
  });
}

function unknown({ adapters }: GpuListing, wish: string): HashgapError {
  if (wish === SOFTWARE) {
    return unavailable(
      'no adapter here is software. Leave --gpu out to use the GPU, or install mesa-vulkan-drivers for llvmpipe.',
    );
  }
  const names = adapters.map(({ name }) => name);
  // A wish is rather a word of a name than all of it.
  const known = [...names, ...names.flatMap((name) => name.match(/[\w-]{3,}/g) ?? []), SOFTWARE].map((name) =>
    name.toLowerCase(),
  );
  return new HashgapError(
    'GPU_UNKNOWN',
    `Expected a GPU among ${adapters.map(({ index, name }) => `${index} ${name}`).join(', ')}, received "${wish}".` +
      `${didYouMean(wish, known)} hashgap devices lists them.`,
    { details: { gpu: wish, known: names } },
  );
}
