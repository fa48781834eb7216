/** Dawn, which the optional package `webgpu` brings to Node: loading it, listing its adapters, and asking for one. */
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { HashgapError } from '../../errors.ts';
import type { AdapterName } from './protocol.ts';

/** The loaded package. */
export interface Dawn {
  /** The package's version. */
  readonly version: string;
  readonly create: (flags: string[]) => GPU;
}

/**
 * Every GPU object that was created. Dawn keeps pointers into them and crashes when one is garbage collected while a device of it is in use
 * (3 times of 3, with 0.6.2); a constant inside a function does not help, as V8 drops what an async function no longer reads.
 */
const CREATED: GPU[] = [];

/**
 * Loads the package.
 *
 * @throws {HashgapError} `GPU_UNAVAILABLE` when it is not installed, or does not load on this platform.
 */
export async function loadDawn(): Promise<Dawn> {
  process.env.XDG_RUNTIME_DIR ||= tmpdir(); // Mesa's drivers look there for a display; what is there does not matter
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const { version } = createRequire(import.meta.url)('webgpu/package.json') as { version: string };
    return { version, create };
  } catch (cause) {
    throw cannotLoad(cause);
  }
}

function cannotLoad(cause: unknown): HashgapError {
  const { message, code } = cause as NodeJS.ErrnoException;
  const missing = code === 'ERR_MODULE_NOT_FOUND' && /'webgpu'/.test(message);
  return new HashgapError(
    'GPU_UNAVAILABLE',
    missing
      ? 'The optional package webgpu is not installed. Install it with npm install webgpu.'
      : `The package webgpu does not load here: ${message.split('\n')[0]}. Install it again on this machine with npm install webgpu.`,
    { cause },
  );
}

/** No adapter has this name: asked for it, Dawn tells all the names it knows. */
const NOBODY = '<nobody>';

/**
 * The adapters that Dawn finds, in its order.
 *
 * @returns an empty list where there is no driver at all.
 */
export async function listAdapterNames({ create }: Dawn): Promise<AdapterName[]> {
  const gpu = create([`adapter=${NOBODY}`]);
  CREATED.push(gpu);
  try {
    await gpu.requestAdapter();
    return [];
  } catch (error) {
    return parseAdapterNames((error as Error).message);
  }
}

/**
 * The names in Dawn's message about an adapter that is not there.
 *
 * @example
 * ```ts
 * parseAdapterNames("no suitable backends found\nAvailable adapters:\n * backend: 'vulkan', name: 'NVIDIA H200'"); // [{ backend: 'vulkan', name: 'NVIDIA H200' }]
 * ```
 */
export function parseAdapterNames(message: string): AdapterName[] {
  return [...message.matchAll(/^ \* backend: '([^']*)', name: '(.*)'$/gm)].map(([, backend, name]) => ({
    backend: backend!,
    name: name!,
  }));
}

/** The first adapter whose name contains this one; undefined when there is none. */
export async function requestAdapter(
  { create }: Dawn,
  { backend, name }: AdapterName,
): Promise<GPUAdapter | undefined> {
  const gpu = create([`backend=${backend}`, `adapter=${name}`]);
  CREATED.push(gpu);
  return (await gpu.requestAdapter().catch(() => null)) ?? undefined;
}
