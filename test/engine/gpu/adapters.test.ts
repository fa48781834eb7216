/** Adapters: listed by children that may crash, why there is none, and which one is meant by a name. */
import { describe, expect, it } from 'vitest';
import { chooseGpu, hardwareGpu } from '../../../src/engine/gpu/choose.ts';
import { type GpuListing, listGpus } from '../../../src/engine/gpu/list.ts';
import { type FakeStart, fakeAdapter, fakeGpu } from '../../support/fake-gpu.ts';

const NVIDIA = fakeAdapter('NVIDIA GeForce RTX 4090', { vendor: 'nvidia', family: 'nvidia' });
const LLVMPIPE = fakeAdapter('llvmpipe (LLVM 15.0.6, 256 bits)', { software: true, vendor: 'mesa' });

describe('listGpus', () => {
  it('describes every adapter in the order of Dawn', async () => {
    const fake = fakeGpu({ adapters: [LLVMPIPE, NVIDIA] });
    expect(await listGpus(fake)).toEqual({
      adapters: [
        { index: 0, ...LLVMPIPE },
        { index: 1, ...NVIDIA },
      ],
      webgpu: '0.0.0',
    });
  });

  it('goes on behind a driver that crashes, and says which one it was', async () => {
    const broken = { backend: 'vulkan', name: 'Broken', crashes: true };
    const fake = fakeGpu({ adapters: [LLVMPIPE, broken, NVIDIA] });
    const { adapters } = await listGpus(fake);
    expect(adapters.map(({ name, info }) => [name, info !== undefined])).toEqual([
      [LLVMPIPE.name, true],
      ['Broken', false],
      [NVIDIA.name, true],
    ]);
    expect(adapters[1]!.failure).toBe(
      'The driver of Broken failed when it was asked: it was ended by SIGKILL. Update it.',
    );
    const asked = fake.notes().flatMap((note) => (note.asked === undefined ? [] : [note.asked]));
    expect(asked).toEqual([[LLVMPIPE.name, 'Broken', NVIDIA.name], [NVIDIA.name]]);
  });

  it('does not wait for ever for a driver that hangs', async () => {
    const fake = fakeGpu({ adapters: [NVIDIA, { backend: 'vulkan', name: 'Slow', hangs: true }] });
    const { adapters } = await listGpus({ ...fake, patienceMs: 500 });
    expect(adapters[0]!.info).toEqual(NVIDIA.info);
    expect(adapters[1]!.failure).toMatch(/Slow failed when it was asked: it said nothing for 0\.5 s\./);
  });

  it('says which adapters Dawn cannot tell apart', async () => {
    const { adapters } = await listGpus(fakeGpu({ adapters: [NVIDIA, NVIDIA] }));
    expect(adapters[0]!.info).toEqual(NVIDIA.info);
    expect(adapters[1]).toEqual({
      index: 1,
      backend: 'vulkan',
      name: NVIDIA.name,
      failure: `It cannot be told apart from adapter 0, ${NVIDIA.name}. Hide that one from Vulkan to use this one.`,
    });
  });

  it.each<[string, FakeStart, RegExp]>([
    ['no driver', { adapters: [] }, /^No driver offers a GPU\. Install/],
    [
      'no Vulkan',
      {
        adapters: [],
        said: "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open it\n    at operator()\n",
      },
      /^No GPU driver is there: libvulkan\.so\.1: cannot open it\. Install/,
    ],
    ['a crash', { dieListing: true }, /gave no answer: it was ended by SIGKILL\. Update/],
  ])('says why there is none: %s', async (_, start, reason) => {
    const listing = await listGpus(fakeGpu(start));
    expect(listing.adapters).toEqual([]);
    expect(listing.reason).toMatch(reason);
  });
});

describe('the choice of an adapter', () => {
  const listing: GpuListing = {
    adapters: [
      LLVMPIPE,
      NVIDIA,
      fakeAdapter('Intel(R) UHD Graphics 630'),
      { backend: 'vulkan', name: 'Broken', failure: 'It crashed. Update it.' },
    ].map((adapter, index) => ({ index, ...adapter })),
  };
  const nobody = { adapters: [], reason: 'The optional package webgpu is not installed. Install it.' };
  const softwareOnly = { adapters: [{ index: 0, ...LLVMPIPE }] };

  it.each<[string | undefined, string]>([
    [undefined, NVIDIA.name],
    ['0', LLVMPIPE.name],
    ['2', 'Intel(R) UHD Graphics 630'],
    ['software', LLVMPIPE.name],
    ['llvmpipe', LLVMPIPE.name],
    ['4090', NVIDIA.name], // no index, so a part of a name
    ['rtx', NVIDIA.name],
    ['INTEL', 'Intel(R) UHD Graphics 630'],
    ['mesa', LLVMPIPE.name], // its maker
  ])('named %s is %s', (wish, name) => {
    expect(chooseGpu(listing, wish).name).toBe(name);
  });

  it.each<[string, GpuListing, string | undefined, string, RegExp]>([
    [
      'nothing there',
      nobody,
      undefined,
      'GPU_UNAVAILABLE',
      /^Expected a GPU, received none: The optional package webgpu/,
    ],
    ['nothing there of that name', nobody, '0', 'GPU_UNAVAILABLE', /not installed/],
    [
      'only software',
      softwareOnly,
      undefined,
      'GPU_UNAVAILABLE',
      /Only software plays GPU here.*--gpu software/,
    ],
    [
      'no software',
      { adapters: [{ index: 0, ...NVIDIA }] },
      'software',
      'GPU_UNAVAILABLE',
      /no adapter here is software/,
    ],
    ['one that crashed', listing, 'broken', 'GPU_UNAVAILABLE', /It crashed\. Update it\./],
    [
      'a misspelt word',
      listing,
      'llvmpie',
      'GPU_UNKNOWN',
      /among 0 llvmpipe.*, 1 NVIDIA.*received "llvmpie"\. Did you mean "llvmpipe"\?/,
    ],
    ['an index too high', listing, '7', 'GPU_UNKNOWN', /received "7"\. hashgap devices/],
  ])('is refused: %s', (_, among, wish, code, message) => {
    expect(() => chooseGpu(among, wish)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('never takes software without being asked', () => {
    expect(hardwareGpu(softwareOnly)).toBeUndefined();
    expect(hardwareGpu(listing)?.name).toBe(NVIDIA.name);
  });
});
