/** The browser's GPU: asked for, described, and opened with the kernels of shaders/. */
import scanText from '../../../shaders/scan.wgsl?raw';
import sha256Text from '../../../shaders/sha256.wgsl?raw';
import { describeAdapter, type GpuInfo } from '../../gpu/adapter.ts';
import {
  candidateVariants,
  generateKernel,
  readableKernel,
  SAFE_VARIANT,
  type ShaderKernel,
} from '../../gpu/kernels.ts';
import { type Gpu, openGpu } from '../../gpu/open.ts';
import type { AdapterDescription, NoGpuReason } from './protocol.ts';
import type { Clock } from './searcher.ts';

/** Milliseconds of a dispatch: a page that is looked at shares the GPU with its own drawing, a hidden one with other pages. */
const DISPATCH_MS = { visible: 25, hidden: 80 } as const;

/** An adapter, or why there is none. */
export type Requested = { readonly adapter: GPUAdapter } | { readonly reason: NoGpuReason };

/** Asks the browser for its fastest adapter. */
export async function requestGpu(): Promise<Requested> {
  if (!globalThis.isSecureContext) return { reason: 'insecure' };
  // Browsers without WebGPU have no such property, whatever the types say.
  const gpu = (navigator as { readonly gpu?: GPU }).gpu;
  if (gpu === undefined) return { reason: 'no-webgpu' };
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter === null ? { reason: 'no-adapter' } : { adapter };
}

/** An adapter as the page shows it. */
export function describe(adapter: GPUAdapter): AdapterDescription {
  const { name, vendor, architecture, software } = describeAdapter(adapter);
  return { name, vendor, architecture, software };
}

/**
 * Opens the adapter's device with a kernel that every driver compiles soon; tuning looks for a faster one.
 *
 * @param onMismatch - told the nonce of a hit that is none.
 */
export function openLabGpu(
  adapter: GPUAdapter,
  now: Clock,
  onMismatch: (nonce: number) => void,
): Promise<Gpu> {
  return openGpu({
    adapter,
    kernels: [generateKernel(SAFE_VARIANT), readableKernel({ sha256: sha256Text, scan: scanText })],
    targetMs: dispatchMs(true),
    now,
    onMismatch: (_, { nonce }) => onMismatch(nonce),
  });
}

/** How long a dispatch should take while the page is visible, or hidden. */
export function dispatchMs(visible: boolean): number {
  return visible ? DISPATCH_MS.visible : DISPATCH_MS.hidden;
}

/** What is worth trying on a GPU. Software adapters compile kernels for several versions for seconds and gain nothing (measured). */
export function candidates({ family, software }: GpuInfo): ShaderKernel[] {
  return candidateVariants(family)
    .filter(({ midstates }) => !software || midstates === 1)
    .map(generateKernel);
}
