/** The kernels of shaders/, for those who start GPUs: engine/gpu and the browser lab. */
export { generateKernel } from '../../shaders/generate.ts';
export type { ShaderKernel } from '../../shaders/kernel.ts';
export { type ReadableSource, readableKernel } from '../../shaders/readable.ts';
export {
  candidateVariants,
  type DeviceFamily,
  parseVariant,
  SAFE_VARIANT,
  type Variant,
  variantName,
} from '../../shaders/variants.ts';
