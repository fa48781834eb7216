/** Dawn as the WGSL and engine parts use it: choosing an adapter, and a device with exact timestamps. */
import { chooseGpu, hardwareGpu, SOFTWARE } from '../../dist/src/engine/gpu/choose.js';
import { loadDawn, requestAdapter } from '../../dist/src/engine/gpu/dawn.js';
import { listGpus } from '../../dist/src/engine/gpu/list.js';

/** Browsers need coarse clocks; a benchmark does not. */
const EXACT = 'disable-dawn-features=timestamp_quantization';

/**
 * The adapter of this name; without a name the first in hardware, else a software one, which is good enough to try this script out.
 *
 * @returns `{ adapter: { backend, name }, info, webgpu }`.
 * @throws {HashgapError} `GPU_UNAVAILABLE` or `GPU_UNKNOWN`.
 */
export async function findAdapter(wish) {
  const listing = await listGpus();
  const any = hardwareGpu(listing) === undefined && listing.adapters.length > 0 ? SOFTWARE : undefined;
  const { backend, name, info } = chooseGpu(listing, wish ?? any);
  return { adapter: { backend, name }, info, webgpu: listing.webgpu };
}

/** The device of an adapter, with timestamps where there are any. */
export async function openDevice(name) {
  const dawn = await loadDawn();
  const adapter = await requestAdapter({ ...dawn, create: (flags) => dawn.create([...flags, EXACT]) }, name);
  if (adapter === undefined) throw new Error(`Expected adapter ${name.name}, received none of that name.`);
  const timestamps = adapter.features.has('timestamp-query');
  const requiredFeatures = timestamps ? ['timestamp-query'] : [];
  const device = await adapter.requestDevice({ label: 'hashgap bench', requiredFeatures });
  device.addEventListener('uncapturederror', ({ error }) => {
    console.error(`error: ${error.message}`);
    process.exit(1); // what was measured before it has been told; nothing behind it would be right
  });
  return { device, timestamps };
}
