/** What an adapter says about itself, as plain data: its name, who made it, and whether it is a GPU at all. */
import type { DeviceFamily } from '../../shaders/variants.ts';

/** An adapter as reporters show it and as the choice of kernels needs it. */
export interface GpuInfo {
  /** The most telling of the texts the adapter has; browsers hide most of them. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** `vulkan`, `metal`, `d3d12`; absent where the adapter does not say. */
  readonly backend?: string;
  /** The CPU pretends to be a GPU: right, and far slower than a CPU engine. */
  readonly software: boolean;
  readonly family: DeviceFamily;
}

/** The part of a GPUAdapter that is read here; older browsers have `isFallbackAdapter` on the adapter itself. */
export interface AdapterTexts {
  readonly info: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
    readonly backend?: string;
  };
  readonly isFallbackAdapter?: boolean;
}

/** The software drivers known; `isFallbackAdapter` is true for them in Dawn, and not everywhere else. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|\bwarp\b|basic render/i;

/**
 * Whether an adapter's name, or all that it says of itself, is that of a driver that runs on the CPU.
 *
 * @example
 * ```ts
 * isSoftwareName('llvmpipe (LLVM 15.0.6, 256 bits)'); // true
 * ```
 */
export function isSoftwareName(text: string): boolean {
  return SOFTWARE.test(text);
}

const FAMILIES: readonly (readonly [DeviceFamily, RegExp])[] = [
  ['nvidia', /nvidia|geforce|quadro|tesla/i],
  ['amd', /\bamd\b|\bati\b|radeon/i],
  ['apple', /apple/i],
  ['intel', /intel/i],
];

/**
 * Describes an adapter.
 *
 * @example
 * ```ts
 * describeAdapter({ info: { vendor: 'nvidia', description: 'NVIDIA H200' } }).family; // 'nvidia'
 * describeAdapter({ info: { vendor: 'google', architecture: 'swiftshader' } }).software; // true
 * ```
 */
export function describeAdapter(adapter: AdapterTexts): GpuInfo {
  const { info } = adapter;
  const { vendor = '', architecture = '', device = '', description = '', backend } = info;
  const all = [vendor, architecture, device, description].join(' ');
  const fallback = info.isFallbackAdapter === true || adapter.isFallbackAdapter === true;
  const software = fallback || isSoftwareName(all);
  // Drivers of one maker name chips of another only in the description: the vendor goes first.
  const family =
    FAMILIES.find(([, made]) => made.test(vendor)) ?? FAMILIES.find(([, made]) => made.test(all));
  return {
    name: nameOf(device, description, `${vendor} ${architecture}`.trim()),
    vendor,
    architecture,
    device,
    description,
    ...(typeof backend === 'string' && backend !== '' ? { backend } : {}),
    software,
    family: software ? 'software' : (family?.[0] ?? 'other'),
  };
}

/** Dawn has the chip's name in `device`, with dashes for what is no letter, and the driver's in `description`; Chromium a number there, or nothing. */
function nameOf(...texts: readonly string[]): string {
  const names = texts.map((text) => text.trim().replace(/-+$/, ''));
  return names.find((name) => name !== '' && !/^0x[0-9a-f]+$/i.test(name)) ?? 'unnamed GPU';
}
