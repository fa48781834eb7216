/** The worker's side of the lab without a browser: what `open` answers where the browser has no usable GPU, and what is measured. */
import { describe, expect, it } from 'vitest';
import type { Command, Report } from '../../src/web/lab/protocol.ts';
import { Session } from '../../src/web/lab/session.ts';

/** A session in surroundings whose `navigator.gpu` is this one. */
function sessionWith(gpu: GPU | undefined, { isSecureContext = true } = {}) {
  const reports: Report[] = [];
  const answers = new Map<number, () => void>();
  const session = new Session({
    now: () => performance.now(),
    pause: () => Promise.resolve(),
    report(report) {
      reports.push(report);
      if (report.type === 'result' || report.type === 'error') answers.get(report.id)?.();
    },
    surroundings: { isSecureContext, gpu, shaders: { sha256: '', scan: '' } },
  });
  const call = (command: Extract<Command, { type: 'call' }>) =>
    new Promise<void>((answered) => {
      answers.set(command.id, answered);
      session.receive(command);
    });
  return { reports, call };
}

/** A `navigator.gpu` that does this when it is asked for an adapter. */
function gpuWith(requestAdapter: () => Promise<unknown>): GPU {
  return { requestAdapter } as Partial<GPU> as GPU;
}

const OPEN = { type: 'call', id: 1, name: 'open', order: null } as const;

describe('opening the GPU of a browser', () => {
  it.each<[string, GPU | undefined, object]>([
    ['has no WebGPU', undefined, { reason: 'no-webgpu', message: '' }],
    ['offers no adapter', gpuWith(async () => null), { reason: 'no-adapter', message: '' }],
    [
      'refuses, as Firefox does with a driver on its blocklist',
      gpuWith(async () => {
        throw new DOMException('WebGPU is disabled by blocklist.', 'NotSupportedError');
      }),
      { reason: 'no-adapter', message: 'WebGPU is disabled by blocklist.' },
    ],
    [
      'throws at once',
      gpuWith(() => {
        throw new TypeError('WebGPU is not yet available in Release builds.');
      }),
      { reason: 'no-adapter', message: 'WebGPU is not yet available in Release builds.' },
    ],
    [
      'offers an adapter that cannot be read',
      gpuWith(async () => ({
        get info() {
          throw new Error('the adapter is gone');
        },
      })),
      { reason: 'no-adapter', message: 'the adapter is gone' },
    ],
    [
      'offers an adapter that fails when it is described',
      gpuWith(async () => ({ info: null })),
      { reason: 'failed', message: expect.stringContaining('null') },
    ],
  ])('answers with the reason where the browser %s', async (_, gpu, result) => {
    const { reports, call } = sessionWith(gpu);
    await call(OPEN);
    expect(reports).toEqual([{ type: 'result', id: 1, result }]);
  });

  it('does not ask where the page came over the network', async () => {
    const { reports, call } = sessionWith(undefined, { isSecureContext: false });
    await call(OPEN);
    expect(reports).toEqual([{ type: 'result', id: 1, result: { reason: 'insecure', message: '' } }]);
  });

  it('takes an adapter without info for one that says nothing, and asks it for its device', async () => {
    const adapter = {
      features: new Set(),
      limits: {},
      requestDevice: async () => {
        throw new Error('out of memory');
      },
    };
    const { reports, call } = sessionWith(gpuWith(async () => adapter));
    await call(OPEN);
    const said = { name: 'unnamed GPU', vendor: '', architecture: '', software: false };
    expect(reports).toEqual([
      { type: 'progress', id: 1, progress: said },
      {
        type: 'result',
        id: 1,
        result: { reason: 'failed', message: expect.stringContaining('"out of memory"') },
      },
    ]);
  });

  it('goes on in plain JavaScript after a refusal', async () => {
    const { reports, call } = sessionWith(gpuWith(() => Promise.reject(new Error('no'))));
    await call(OPEN);
    const header = '00'.repeat(80);
    const order = { engine: 'plain', header, zeroBits: 1, nonceStart: 0, nonceCount: 64 } as const;
    await call({ type: 'call', id: 2, name: 'search', order: { ...order, stopAtFirst: false } });
    expect(reports.at(-1)).toMatchObject({ type: 'result', id: 2, result: { noncesScanned: 64 } });
    await call({ type: 'call', id: 3, name: 'tune', order: null });
    expect(reports.at(-1)).toMatchObject({
      type: 'error',
      id: 3,
      message: expect.stringContaining('Expected a GPU'),
    });
  });
});
