/** The scanner: scans side by side, aborts, kernels that fall, and devices that are lost, all without a GPU. */
import { describe, expect, it } from 'vitest';
import { isHashgapError } from '../../src/errors.ts';
import type { CompiledKernel } from '../../src/gpu/compile.ts';
import { Dispatcher } from '../../src/gpu/dispatcher.ts';
import type { Dispatch, Lane } from '../../src/gpu/lane.ts';
import { Scanner } from '../../src/gpu/scanner.ts';
import type { ScanRequest } from '../../src/work/ports.ts';
import { testRequest } from '../../src/work/self-test.ts';
import { caseOf, randomHeaders, randomNumbers } from './oracle.ts';
import { hashingLane, kernelOf, simulatedLane, virtualClock } from './simulation.ts';

const NEVER = new AbortController().signal;

/** A lane whose results come when the test says so. */
function heldLane(inner: Lane = hashingLane()) {
  const held: (() => void)[] = [];
  const submitted: Dispatch[] = [];
  const lane: Lane = {
    ...inner,
    submit(dispatch) {
      submitted.push(dispatch);
      inner.submit(dispatch);
    },
    async result() {
      await new Promise<void>((resolve) => held.push(resolve));
      return inner.result();
    },
  };
  return { lane, submitted, release: () => held.shift()?.() };
}

interface Parts {
  readonly lanes?: readonly Lane[];
  readonly kernels?: readonly CompiledKernel[];
  readonly moreKernels?: () => Promise<readonly CompiledKernel[]>;
}

function scannerOf({
  lanes = [hashingLane(), hashingLane()],
  kernels = [kernelOf(2), kernelOf(1)],
  moreKernels,
}: Parts) {
  const dispatcher = new Dispatcher({ targetMs: 1, now: () => 0, deviceName: 'simulated' });
  const mismatches: string[] = [];
  const scanner = new Scanner({
    dispatcher,
    lanes,
    kernels,
    onMismatch: (kernel) => mismatches.push(kernel),
    moreKernels: moreKernels ?? (async () => []),
  });
  return { dispatcher, scanner, mismatches };
}

const headers = randomHeaders(randomNumbers(21), 3);
/** About a hit in every 2^zeroBits hashes. */
const work = (nonceCount: number, zeroBits: number) =>
  caseOf({
    headers,
    nonceStart: 0xfffff000 - nonceCount,
    nonceCount,
    target: (1n << BigInt(256 - zeroBits)) - 1n,
  });

/** Lets everything happen that waits for nothing. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Scans a whole range past its first hits. */
async function scanWhole(scanner: Scanner, request: ScanRequest) {
  const hits = [];
  let done = 0;
  while (done < request.nonceCount) {
    const rest = { ...request, nonceStart: request.nonceStart + done, nonceCount: request.nonceCount - done };
    const result = await scanner.scan(rest, NEVER);
    hits.push(...result.hits);
    done += result.noncesScanned;
    if (result.noncesScanned === 0) break;
  }
  return { noncesScanned: done, hits };
}

describe('a scan', () => {
  it('ends with the piece of its first hits, and has all that it claims', async () => {
    const { request, hits } = work(1500, 9);
    const { scanner } = scannerOf({});
    const result = await scanner.scan(request, NEVER);
    const end = request.nonceStart + result.noncesScanned;
    expect(result.hits.length).toBeGreaterThan(0);
    expect(result.hits).toEqual(hits.filter(({ nonce }) => nonce < end));
    expect(await scanWhole(scanner, request)).toEqual({ noncesScanned: 1500, hits });
  });

  it('ends with its range', async () => {
    const { scanner } = scannerOf({});
    const nothing = caseOf({ headers, nonceStart: 2 ** 32 - 777, nonceCount: 777, target: 0n });
    expect(await scanner.scan(nothing.request, NEVER)).toEqual({ noncesScanned: 777, hits: [] });
  });

  it('that is aborted ends after its dispatch, with what is done', async () => {
    const { lane, release, submitted } = heldLane();
    const { scanner } = scannerOf({ lanes: [lane], kernels: [kernelOf(4)] });
    const abort = new AbortController();
    const { request } = work(4000, 40);
    const result = scanner.scan(request, abort.signal);
    await settle();
    release();
    await settle();
    abort.abort();
    release();
    const { noncesScanned } = await result;
    expect(submitted).toHaveLength(2);
    expect(noncesScanned).toBe(submitted[0]!.count + submitted[1]!.count);
  });

  it('that is aborted between the versions of a piece does not claim the piece', async () => {
    const { lane, release } = heldLane();
    const { scanner } = scannerOf({ lanes: [lane], kernels: [kernelOf(1)] });
    const abort = new AbortController();
    const result = scanner.scan(work(4000, 40).request, abort.signal);
    await settle();
    abort.abort();
    release();
    expect(await result).toEqual({ noncesScanned: 0, hits: [] });
  });

  it('with an aborted signal does nothing', async () => {
    const { scanner } = scannerOf({});
    expect(await scanner.scan(work(10, 0).request, AbortSignal.abort())).toEqual({
      noncesScanned: 0,
      hits: [],
    });
  });
});

describe('scans side by side', () => {
  it('run one on each lane; a third waits its turn, or for its abort', async () => {
    const held = [heldLane(), heldLane()];
    const { scanner } = scannerOf({ lanes: held.map(({ lane }) => lane), kernels: [kernelOf(4)] });
    const { request } = work(10, 40);
    const done: number[] = [];
    const scans = [0, 1, 2].map((i) => scanner.scan(request, NEVER).then(() => done.push(i)));
    const impatient = new AbortController();
    const aborted = scanner.scan(request, impatient.signal);
    await settle();
    expect(held.map(({ submitted }) => submitted.length)).toEqual([1, 1]);
    impatient.abort();
    expect(await aborted).toEqual({ noncesScanned: 0, hits: [] });
    held[0]!.release();
    await settle();
    expect(held.map(({ submitted }) => submitted.length)).toEqual([2, 1]);
    expect(done).toHaveLength(1);
    held[0]!.release();
    held[1]!.release();
    await Promise.all(scans);
  });

  it('wait while someone has the device for himself', async () => {
    const { lane, release, submitted } = heldLane();
    const { scanner, dispatcher } = scannerOf({ lanes: [lane], kernels: [kernelOf(4)] });
    const scan = scanner.scan(work(5000, 40).request, NEVER);
    await settle();
    const order: string[] = [];
    let finish = () => {};
    const alone = dispatcher.exclusive(async () => {
      order.push(`alone after ${submitted.length}`);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push(`still ${submitted.length}`);
    });
    await settle();
    expect(order).toEqual([]); // the dispatch in flight is finished first
    release();
    await settle();
    finish();
    await alone;
    expect(order).toEqual(['alone after 1', 'still 1']);
    await settle();
    expect(submitted).toHaveLength(2);
    void scan.catch(() => {});
    dispatcher.fail('the test is over');
  });
});

describe('on a GPU of 10 GH/s', () => {
  const TARGET_MS = 80;
  const SECONDS = 20;

  /** Two scans at a time, as a miner does. */
  async function mine(kernels: readonly number[], versions: number) {
    const clock = virtualClock();
    const { now, sleep } = clock;
    const device = { hashesPerMs: 1e7, overheadMs: 0.3, stamps: true, freeMs: 0 };
    const late: number[] = [];
    const lane = (): Lane => {
      const inner = simulatedLane(device, clock, () => {});
      const submit = (dispatch: Dispatch) => {
        const hashes = dispatch.count * dispatch.kernel.kernel.midstates;
        if (now() > 500 * SECONDS) late.push(hashes / device.hashesPerMs);
        inner.submit(dispatch);
      };
      return { ...inner, submit };
    };
    const scanner = new Scanner({
      dispatcher: new Dispatcher({ targetMs: TARGET_MS, now, sleep, deviceName: 'simulated' }),
      lanes: [lane(), lane()],
      kernels: kernels.map((midstates) =>
        kernelOf(midstates, { workgroupSize: 256, noncesPerInvocation: 16 }),
      ),
      onMismatch: () => {},
      moreKernels: async () => [],
    });
    let hashes = 0;
    const scans = [0, 1].map(async () => {
      while (now() < 1000 * SECONDS) {
        const { noncesScanned } = await scanner.scan(testRequest(versions, 0, 2 ** 32, 0n), NEVER);
        hashes += noncesScanned * versions;
      }
    });
    await clock.run(Promise.all(scans));
    return { share: hashes / now() / device.hashesPerMs, late };
  }

  it.each([
    [[1], 1],
    [[2, 1], 2],
    [[2, 1], 1],
    [[4, 1], 1],
    [[2, 1, 4], 2],
    [[2, 1], 3],
    [[2], 2],
  ])(
    'kernels of %j search %i versions at its rate, in dispatches of about the target',
    async (kernels, versions) => {
      const { share, late } = await mine(kernels, versions);
      expect(share).toBeGreaterThan(0.95);
      expect(Math.max(...late)).toBeGreaterThan(0.8 * TARGET_MS);
      expect(Math.max(...late)).toBeLessThan(1.25 * TARGET_MS);
    },
  );
});

describe('a kernel that lies', () => {
  /** Only kernels of two versions lie: they report the nonce after the one that hit. */
  const liar = () =>
    hashingLane((hits, { kernel }) => {
      if (kernel.kernel.midstates === 2 && hits[0]! > 0) hits[2]!++;
    });

  it('is dropped, the piece is searched again with the next one, and nothing is lost', async () => {
    const { scanner, mismatches } = scannerOf({ lanes: [liar(), liar()] });
    const { request, hits } = work(1500, 6);
    expect(await scanWhole(scanner, request)).toEqual({ noncesScanned: 1500, hits });
    expect(mismatches).toEqual(['k2']);
    expect(scanner.kernels.map(({ kernel }) => kernel.name)).toEqual(['k1']);
    scanner.use([kernelOf(2), kernelOf(1)]);
    expect(scanner.kernels.map(({ kernel }) => kernel.name)).toEqual(['k1']);
  });

  it('is replaced from the shelf when it was the last', async () => {
    const { scanner, mismatches } = scannerOf({
      lanes: [liar(), liar()],
      kernels: [kernelOf(2)],
      moreKernels: async () => [kernelOf(4)],
    });
    const { request, hits } = work(600, 6);
    expect(await scanWhole(scanner, request)).toEqual({ noncesScanned: 600, hits });
    expect(mismatches).toEqual(['k2']);
  });

  it('ends the scans when there is no other', async () => {
    const { scanner } = scannerOf({ lanes: [liar(), liar()], kernels: [kernelOf(2)] });
    const failed = await scanner.scan(work(600, 6).request, NEVER).catch((error: unknown) => error);
    expect(isHashgapError(failed, 'GPU_KERNEL_REFUSED')).toBe(true);
  });
});

describe('a lost device', () => {
  it('ends every scan: those in flight, those that wait, and those to come', async () => {
    const held = [heldLane(), heldLane()];
    const { scanner, dispatcher } = scannerOf({ lanes: held.map(({ lane }) => lane) });
    const scans = [0, 1, 2].map(() => scanner.scan(work(100, 40).request, NEVER));
    await settle();
    dispatcher.fail('it fell off the bus');
    for (const result of await Promise.allSettled([...scans, scanner.scan(work(100, 40).request, NEVER)])) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'GPU_LOST' } });
    }
  });

  it('shows in a result that does not come', async () => {
    const broken: Lane = { ...hashingLane(), result: () => Promise.reject(new Error('device was lost')) };
    const { scanner } = scannerOf({ lanes: [broken] });
    await expect(scanner.scan(work(100, 40).request, NEVER)).rejects.toThrow(
      /GPU simulated .* device was lost/,
    );
  });
});

it('close ends every scan after its dispatch', async () => {
  const { lane, release, submitted } = heldLane();
  const { scanner } = scannerOf({ lanes: [lane], kernels: [kernelOf(4)] });
  const scans = [0, 1].map(() => scanner.scan(work(5000, 40).request, NEVER));
  await settle();
  const closed = scanner.close();
  release();
  await closed;
  expect(submitted).toHaveLength(1);
  expect((await Promise.all(scans)).map(({ noncesScanned }) => noncesScanned > 0)).toEqual([true, false]);
});
