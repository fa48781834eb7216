/** Adapters as Dawn, Chromium and Safari describe them. */
import { describe, expect, it } from 'vitest';
import { type AdapterTexts, describeAdapter } from '../../src/gpu/adapter.ts';

const described = (info: AdapterTexts['info'], rest: object = {}) => {
  const { name, software, family } = describeAdapter({ info, ...rest });
  return [name, software, family];
};

describe('an adapter is described', () => {
  it.each<[string, AdapterTexts['info'], unknown[]]>([
    [
      'SwiftShader in Node',
      {
        vendor: 'google',
        architecture: 'swiftshader',
        device: 'swiftshader-device-subzero-',
        description: 'SwiftShader driver 5.0.0',
        isFallbackAdapter: true,
      },
      ['swiftshader-device-subzero', true, 'software'],
    ],
    [
      'llvmpipe in Node',
      {
        vendor: 'mesa',
        architecture: 'software',
        device: 'llvmpipe-llvm-15-0-6-256-bits-',
        description: 'llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1',
        isFallbackAdapter: true,
      },
      ['llvmpipe-llvm-15-0-6-256-bits', true, 'software'],
    ],
    [
      'SwiftShader in Chromium',
      { vendor: 'google', architecture: 'swiftshader', device: '', description: '', isFallbackAdapter: true },
      ['google swiftshader', true, 'software'],
    ],
    [
      'an H200 in Node',
      { vendor: 'nvidia', architecture: 'hopper', device: 'nvidia-h200', description: 'NVIDIA: 570.86.15' },
      ['nvidia-h200', false, 'nvidia'],
    ],
    [
      'a Radeon in Chromium',
      { vendor: 'amd', architecture: 'rdna-3', device: '0x744c', description: 'AMD Radeon RX 7900 XTX' },
      ['AMD Radeon RX 7900 XTX', false, 'amd'],
    ],
    [
      'an M4 in Safari',
      { vendor: 'apple', architecture: '', device: '', description: '' },
      ['apple', false, 'apple'],
    ],
    ['an Arc', { vendor: 'intel', architecture: 'xe-2hpg' }, ['intel xe-2hpg', false, 'intel']],
    ['a phone', { vendor: 'qualcomm', architecture: 'adreno-7xx' }, ['qualcomm adreno-7xx', false, 'other']],
    ['one that says nothing', {}, ['unnamed GPU', false, 'other']],
    [
      'Windows without a driver',
      { vendor: 'microsoft', architecture: '', description: 'Microsoft Basic Render Driver' },
      ['Microsoft Basic Render Driver', true, 'software'],
    ],
    ['WARP', { vendor: 'microsoft', architecture: 'warp' }, ['microsoft warp', true, 'software']],
  ])('%s', (_, info, expected) => {
    expect(described(info)).toEqual(expected);
  });

  it('as software also by a browser that says so on the adapter itself', () => {
    expect(described({ vendor: 'google' }, { isFallbackAdapter: true })).toEqual([
      'google',
      true,
      'software',
    ]);
  });

  it('with its backend where it says one', () => {
    expect(describeAdapter({ info: { vendor: 'apple', backend: 'metal' } }).backend).toBe('metal');
    expect('backend' in describeAdapter({ info: { vendor: 'apple' } })).toBe(false);
  });
});
