/** Kernels by name: the generated variants, and the hand-written one that reads its text from shaders/. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  candidateVariants,
  type DeviceFamily,
  generateKernel,
  parseVariant,
  readableKernel,
  SAFE_VARIANT,
  type ShaderKernel,
  variantName,
} from '../../gpu/kernels.ts';

/** The name of the hand-written kernel of shaders/readable.ts. */
export const READABLE = 'readable';

/** Kernels that no variant generates, each made when it is first needed: its text lies in shaders/. */
const WRITTEN: ReadonlyMap<string, () => ShaderKernel> = new Map([
  [READABLE, () => readableKernel({ sha256: shader('sha256'), scan: shader('scan') })],
]);

/** The name of the kernel that runs before anything has been measured. */
export const SAFE_KERNEL = variantName(SAFE_VARIANT);

/**
 * Whether a kernel has this name.
 *
 * @example
 * ```ts
 * isGpuKernel('k2-const-mad-xor-wg256-npi16'); // true
 * isGpuKernel('sha-ni'); // false
 * ```
 */
export function isGpuKernel(name: string): boolean {
  return shapeOf(name) !== undefined;
}

/** What a name says of its kernel. */
export interface KernelShape {
  readonly kernel: string;
  readonly midstates: number;
  readonly workgroupSize: number;
  readonly noncesPerInvocation: number;
}

/**
 * The shape of the kernel with this name; undefined when there is none.
 *
 * @example
 * ```ts
 * shapeOf('readable'); // { kernel: 'readable', midstates: 1, workgroupSize: 64, noncesPerInvocation: 1 }
 * shapeOf('sha-ni'); // undefined
 * ```
 */
export function shapeOf(kernel: string): KernelShape | undefined {
  const shape = parseVariant(kernel) ?? WRITTEN.get(kernel)?.();
  if (shape === undefined) return undefined;
  const { midstates, workgroupSize, noncesPerInvocation } = shape;
  return { kernel, midstates, workgroupSize, noncesPerInvocation };
}

/** The names worth trying on a family of devices, the likely best first, with those every device should manage. */
export function candidateNames(family: DeviceFamily): string[] {
  return [...new Set([...candidateVariants(family).map(variantName), SAFE_KERNEL, ...WRITTEN.keys()])];
}

/** The kernels of these names; names that no kernel has are left out. */
export function kernelsOf(names: readonly string[]): ShaderKernel[] {
  return names.flatMap((name) => {
    const variant = parseVariant(name);
    return variant === undefined ? (WRITTEN.get(name)?.() ?? []) : [generateKernel(variant)];
  });
}

function shader(name: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(`#root/shaders/${name}.wgsl`), 'utf8');
}
