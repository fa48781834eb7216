/** The shelf: the kernels of a GPU in the order they are tried, each when it is needed. */
import type { ShaderKernel } from '../../shaders/kernel.ts';
import { HashgapError } from '../errors.ts';
import type { CompiledKernel } from './compile.ts';
import { type Bench, type Tried, tryKernel } from './try-kernel.ts';

/** Kernels that were not tried yet, and what came of the others. */
export interface Shelf {
  /**
   * The first that is right, and one for a single version beside it where there is one.
   *
   * @throws {HashgapError} `SELF_TEST_FAILED` when none is right and one was wrong, else `GPU_KERNEL_REFUSED`; `GPU_LOST`.
   */
  first(): Promise<CompiledKernel[]>;
  /** The next that is right; none when there is none. @throws {HashgapError} `GPU_LOST`. */
  more(): Promise<CompiledKernel[]>;
}

/**
 * Puts kernels on a shelf.
 *
 * @param singles - more kernels for a single version, which are only ever used beside one for several.
 */
export function createShelf(
  bench: Bench,
  kernels: readonly ShaderKernel[],
  singles: readonly ShaderKernel[] = [],
): Shelf {
  const tried = new Map<string, Tried>();
  const next = async (from: readonly ShaderKernel[]) => {
    for (const kernel of from.filter(({ name }) => !tried.has(name))) {
      const result = await tryKernel(bench, kernel);
      tried.set(kernel.name, result);
      if (result.status === 'right') return [result.compiled];
    }
    return [];
  };
  return {
    async first() {
      const [best] = await next(kernels);
      if (best === undefined) throw noneLeft(tried);
      const partners = [...kernels, ...singles].filter(({ midstates }) => midstates === 1);
      return best.kernel.midstates === 1 ? [best] : [best, ...(await next(partners))];
    },
    more: () => next(kernels),
  };
}

function noneLeft(tried: ReadonlyMap<string, Tried>): HashgapError {
  const failures = [...tried].flatMap(([name, result]) =>
    result.status === 'right' ? [] : [{ name, status: result.status, failure: result.failure }],
  );
  const wrong = failures.some(({ status }) => status === 'wrong');
  const received = failures.map(({ name, status, failure }) => `${name} ${status} (${failure})`).join('; ');
  return new HashgapError(
    wrong ? 'SELF_TEST_FAILED' : 'GPU_KERNEL_REFUSED',
    `Expected a kernel that passes its self-test on the GPU, received ${received || 'no kernel'}. Update the GPU's driver.`,
    { details: { failures } },
  );
}
