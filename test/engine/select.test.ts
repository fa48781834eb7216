/** Selection: the best kernel that is right, a named one or none, and a sentence for everything passed over. */
import { describe, expect, it } from 'vitest';
import { scanJs } from '../../src/engine/js/kernel.ts';
import type { loadNativeBinding } from '../../src/engine/native/binding.ts';
import { type KernelEntry, listKernels, selectKernel } from '../../src/engine/select.ts';

const right = (name: string, changes: Partial<KernelEntry> = {}): KernelEntry => ({
  name,
  engine: 'native',
  lanes: 1,
  preferredMidstates: 1,
  missing: [],
  scan: scanJs,
  ...changes,
});
const wrong = (name: string) => right(name, { scan: (request) => ({ ...scanJs(request), hits: [] }) });
const js = right('js', { engine: 'js', lanes: 1 });
const native = { binding: {} } as unknown as ReturnType<typeof loadNativeBinding>;
const unbuilt = { unavailable: 'the native engine is not built: run X.' };
const auto = { engine: 'auto', kernel: undefined } as const;

describe('selectKernel', () => {
  it('takes the first that passes', () => {
    expect(selectKernel(auto, native, [right('a'), right('b'), js])).toMatchObject({
      kernel: { name: 'a', selfTest: 'passed' },
      warnings: [],
    });
  });

  it('falls back past a wrong kernel, and says so', () => {
    const { kernel, warnings } = selectKernel(auto, native, [wrong('a'), right('b'), js]);
    expect(kernel.name).toBe('b');
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Kernel a failed its self-test and is not used \(mainnet genesis: expected hits/,
      ),
    ]);
  });

  it('passes over what the CPU cannot run, silently', () => {
    expect(selectKernel(auto, native, [right('a', { missing: ['avx512f'] }), right('b'), js])).toMatchObject({
      kernel: { name: 'b' },
      warnings: [],
    });
  });

  it('mines with JavaScript where there is no addon, and says why', () => {
    const { kernel, warnings } = selectKernel(auto, unbuilt, [js]);
    expect(kernel.name).toBe('js');
    expect(warnings).toEqual(['Mining with JavaScript, slower: the native engine is not built: run X.']);
    expect(selectKernel({ engine: 'js', kernel: undefined }, unbuilt, [js]).warnings).toEqual([]);
  });

  it.each([
    [
      'a native engine without an addon',
      { engine: 'native', kernel: undefined } as const,
      unbuilt,
      'ENGINE_UNAVAILABLE',
      /not built/,
    ],
    [
      'an unknown kernel',
      { engine: 'auto', kernel: 'sha-n1' } as const,
      native,
      'KERNEL_UNKNOWN',
      /received "sha-n1". Did you mean "sha-ni"\?/,
    ],
    [
      'a kernel of the other engine',
      { engine: 'js', kernel: 'sha-ni' } as const,
      native,
      'KERNEL_UNKNOWN',
      /among js/,
    ],
    [
      'a kernel the CPU cannot run',
      { engine: 'auto', kernel: 'avx' } as const,
      native,
      'KERNEL_UNSUPPORTED',
      /a CPU with avx512f/,
    ],
    [
      'a wrong kernel by name',
      { engine: 'auto', kernel: 'bad' } as const,
      native,
      'SELF_TEST_FAILED',
      /Kernel bad failed/,
    ],
  ])('refuses %s', (_, request, load, code, message) => {
    const kernels = [right('sha-ni'), right('avx', { missing: ['avx512f'] }), wrong('bad'), js];
    expect(() => selectKernel(request, load, kernels)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('refuses to mine when no kernel is right', () => {
    expect(() => selectKernel(auto, native, [wrong('a'), wrong('b')])).toThrow(
      expect.objectContaining({ code: 'SELF_TEST_FAILED', exitCode: 4 }),
    );
  });

  it('picks a kernel this very machine has', () => {
    const names = listKernels()
      .filter(({ missing }) => missing.length === 0)
      .map(({ name }) => name);
    expect(names).toContain(selectKernel(auto).kernel.name);
  });
});
