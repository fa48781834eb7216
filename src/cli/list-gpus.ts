/** GPUs as `devices` lists them: one table, or objects, and why there is none. */
import { hardwareGpu, isUsable } from '../engine/gpu/choose.ts';
import type { GpuListing, ListedAdapter } from '../engine/gpu/list.ts';
import { recallTuning } from '../engine/start.ts';
import { tableOrList } from '../report/table.ts';
import { wrapLines } from '../report/text.ts';
import type { Context } from './context.ts';
import { tuningPlace } from './options.ts';

/** The objects of `gpus`. */
export function gpuObjects(listing: GpuListing, context: Context) {
  const selected = hardwareGpu(listing);
  return listing.adapters.map((adapter) => {
    const { index, name, backend, info, failure } = adapter;
    return {
      index,
      name,
      backend,
      driver: info?.description ?? null,
      vendor: info?.vendor ?? null,
      architecture: info?.architecture ?? null,
      kind: kindOf(adapter),
      kernel: bestKernel(listing, adapter, context),
      ...(failure === undefined ? {} : { failure }),
      selected: adapter === selected,
    };
  });
}

function kindOf({ info }: ListedAdapter): 'hardware' | 'software' | null {
  if (info === undefined) return null;
  return info.software ? 'software' : 'hardware';
}

/** The kernel that tuning found to be the fastest; null before that. */
function bestKernel(listing: GpuListing, adapter: ListedAdapter, { env, output }: Context): string | null {
  if (!isUsable(adapter)) return null;
  return recallTuning(tuningPlace(env), listing, adapter, output.err).best ?? null;
}

const COLUMNS = [
  { heading: 'gpu', align: 'left' },
  { heading: 'kind', align: 'left' },
  { heading: 'backend', align: 'left' },
  { heading: 'kernel', align: 'left' },
  { heading: 'driver', align: 'left' },
] as const;

/** The table or list, and sentences where there is something to say. */
export function gpuLines(listing: GpuListing, context: Context): string[] {
  const { width } = context.output;
  if (listing.adapters.length === 0) return wrapLines(`no GPU: ${listing.reason}`, width);
  const objects = gpuObjects(listing, context);
  const rows = objects.map(({ index, name, kind, selected, backend, kernel, driver }) => [
    `${index}: ${name}`,
    `${kind ?? 'unusable'}${selected ? ', selected' : ''}`,
    backend,
    kernel ?? 'not tuned',
    driver ?? '',
  ]);
  return [
    ...tableOrList(COLUMNS, rows, width),
    ...objects.flatMap(({ index, failure }) =>
      failure === undefined ? [] : wrapLines(`gpu ${index}: ${failure}`, width),
    ),
  ];
}
