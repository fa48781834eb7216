/** The plan: which engines start, which of them a named kernel goes to, and when a GPU is a wish or an order. */
import { describe, expect, it } from 'vitest';
import { type EngineSelection, planEngines } from '../../src/engine/plan.ts';

const KERNELS = [
  { name: 'sha-ni', engine: 'native' },
  { name: 'js', engine: 'js' },
] as const;
const VARIANT = 'k2-const-mad-xor-wg256-npi16';

const plan = (engines: EngineSelection, kernel?: string, gpu?: string) => {
  const { cpu, gpu: on } = planEngines({ engines, kernel, gpu }, KERNELS);
  const named = (name: string | undefined) => (name === undefined ? '' : ` ${name}`);
  return [
    ...cpu.map((each) => `${each.engine}${named(each.kernel)}`),
    `gpu: ${on.wanted}${named(on.kernel)}`,
  ].join(', ');
};

describe('planEngines', () => {
  it.each<[EngineSelection, string | undefined, string | undefined, string]>([
    ['auto', undefined, undefined, 'auto, gpu: if there'],
    ['auto', undefined, '0', 'auto, gpu: asked for'],
    ['auto', 'sha-ni', undefined, 'auto sha-ni, gpu: no'], // that kernel alone, as one measures it
    ['auto', 'sha-ni', '0', 'auto sha-ni, gpu: asked for'],
    ['auto', VARIANT, undefined, `gpu: asked for ${VARIANT}`],
    ['auto', 'nonsense', undefined, 'auto nonsense, gpu: no'],
    [['native'], undefined, undefined, 'native, gpu: no'],
    [['native'], 'nonsense', undefined, 'native nonsense, gpu: no'],
    [['js', 'native'], 'sha-ni', undefined, 'js, native sha-ni, gpu: no'],
    [['gpu'], undefined, undefined, 'gpu: asked for'],
    [['gpu'], 'sha-ni', undefined, 'gpu: asked for sha-ni'], // which the GPU then refuses
    [['native', 'gpu'], VARIANT, undefined, `native, gpu: asked for ${VARIANT}`],
    [['native', 'gpu'], 'readable', undefined, 'native, gpu: asked for readable'],
    [['native', 'gpu'], 'sha-ni', 'software', 'native sha-ni, gpu: asked for'],
    [['native', 'gpu'], 'nonsense', undefined, 'native nonsense, gpu: asked for'],
    [['gpu', 'native'], 'nonsense', undefined, 'native, gpu: asked for nonsense'],
    [['native'], VARIANT, undefined, `native ${VARIANT}, gpu: no`],
  ])('%j with kernel %s and GPU %s', (engines, kernel, gpu, expected) => {
    expect(plan(engines, kernel, gpu)).toBe(expected);
  });

  it('refuses a GPU beside engines without one', () => {
    expect(() => plan(['native', 'js'], undefined, '0')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringMatching(/Pass --engine native,js,gpu/),
      }),
    );
  });
});
