/** The browser's GPU: asked for, described, and opened with the kernels of shaders/. */
import { describeAdapter, type GpuInfo } from '../../gpu/adapter.ts';
import {
  candidateVariants,
  generateKernel,
  readableKernel,
  SAFE_VARIANT,
  type ShaderKernel,
} from '../../gpu/kernels.ts';
import { type Gpu, openGpu } from '../../gpu/open.ts';
import type { AdapterDescription, NoGpu } from './protocol.ts';
import type { Clock } from './searcher.ts';

/** Milliseconds of a dispatch: a page that is looked at shares the GPU with its own drawing, a hidden one with other pages. */
const DISPATCH_MS = { visible: 25, hidden: 80 } as const;

/** What a worker's surroundings have for the GPU. */
export interface Surroundings {
  readonly isSecureContext: boolean;
  /** Absent in browsers without WebGPU. */
  readonly gpu: GPU | undefined;
  /** The texts of shaders/, for the kernel that is to be read. */
  readonly shaders: { readonly sha256: string; readonly scan: string };
}

/** An adapter, or why there is none. */
export type Requested = { readonly adapter: GPUAdapter } | NoGpu;

/** Asks the browser for its fastest adapter; never rejects. */
export async function requestGpu({ isSecureContext, gpu }: Surroundings): Promise<Requested> {
  if (!isSecureContext) return { reason: 'insecure', message: '' };
  if (gpu === undefined) return { reason: 'no-webgpu', message: '' };
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    return adapter === null ? { reason: 'no-adapter', message: '' } : { adapter: withInfo(adapter) };
  } catch (error) {
    // Firefox rejects, with its reason, where the specification has null.
    return { reason: 'no-adapter', message: messageOf(error) };
  }
}

/** Browsers that are older than `info` get an empty one: it is read here and when the device is opened. */
function withInfo(adapter: GPUAdapter): GPUAdapter {
  const { info } = adapter as { readonly info?: GPUAdapterInfo };
  return info === undefined ? Object.defineProperty(adapter, 'info', { value: {} }) : adapter;
}

/** An adapter as the page shows it. */
export function describe(adapter: GPUAdapter): AdapterDescription {
  const { name, vendor, architecture, software } = describeAdapter(adapter);
  return { name, vendor, architecture, software };
}

/** What {@link openLabGpu} opens. */
export interface LabGpuOptions {
  readonly adapter: GPUAdapter;
  readonly shaders: Surroundings['shaders'];
  readonly now: Clock;
  /** Told the nonce of a hit that is none. */
  readonly onMismatch: (nonce: number) => void;
}

/** Opens the adapter's device with a kernel that every driver compiles soon; tuning looks for a faster one. */
export function openLabGpu({ adapter, shaders, now, onMismatch }: LabGpuOptions): Promise<Gpu> {
  return openGpu({
    adapter,
    kernels: [generateKernel(SAFE_VARIANT), readableKernel(shaders)],
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

/** The sentence of something that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
