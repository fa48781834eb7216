/** Opening a GPU: its device, the first kernel that is right on it, and everything that runs on it. */
import type { ShaderKernel } from '../../shaders/kernel.ts';
import type { ScanRequest, ScanResult } from '../work/ports.ts';
import { describeAdapter, type GpuInfo } from './adapter.ts';
import { requestDevice, watchDevice } from './device.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Claim } from './hits.ts';
import { createLane } from './lane.ts';
import { Scanner } from './scanner.ts';
import { gpuSelfTestCases } from './self-test.ts';
import { createShelf } from './shelf.ts';
import type { Bench } from './try-kernel.ts';
import { type TuneOptions, type TuneRow, tune } from './tune.ts';

/** What a GPU is opened with. */
export interface GpuOptions {
  /** From `requestAdapter`; an adapter gives one device only. */
  readonly adapter: GPUAdapter;
  /** Kernels in the order they are tried: the first that compiles and is right is used, the others when it is found wrong. */
  readonly kernels: readonly ShaderKernel[];
  /**
   * Kernels for a single version, tried after those among `kernels` where the first one is for several. Without one a single version is searched
   * with copies of itself.
   *
   * @default none
   */
  readonly singles?: readonly ShaderKernel[];
  /**
   * How long a dispatch should take, in milliseconds; no abort takes effect before the two in flight have ended.
   *
   * @default 80
   */
  readonly targetMs?: number;
  /** A clock, in milliseconds. @default performance.now */
  readonly now?: () => number;
  /** Sleeps through most of each dispatch: for dawn.node, which spins while it waits for a buffer. @default no sleep, as in browsers */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Told when a kernel in use claimed a hash that is none: it is not used again. @default nobody */
  readonly onMismatch?: (kernel: string, claim: Claim) => void;
  /** Whether the device's own clock is used where it has one. @default true */
  readonly timestamps?: boolean;
}

/** A GPU that scans. */
export interface Gpu {
  readonly info: GpuInfo;
  /** Scans side by side, so that one dispatch is queued while another one runs. */
  readonly parallelism: number;
  /** The kernel in use; tuning and mismatches change it. */
  readonly kernel: string;
  /** How many versions a request should have for that kernel. */
  readonly midstates: number;
  /** Every kernel in use, the best first. */
  readonly kernels: readonly ShaderKernel[];
  /**
   * `HashEngine.scan`; the abort takes effect when the dispatches in flight have ended.
   *
   * @throws {HashgapError} `GPU_LOST`; `GPU_KERNEL_REFUSED` when every kernel was found wrong.
   */
  scan(request: ScanRequest, signal: AbortSignal): Promise<ScanResult>;
  /** Measures kernels while scans go on, and takes the fastest into use. @throws {HashgapError} `GPU_LOST`. */
  tune(options: TuneOptions): Promise<TuneRow[]>;
  /** Changes how long dispatches should take, as when a page is hidden. */
  setTargetMs(targetMs: number): void;
  /** Seconds the device has worked by its own clock, for scans, self-tests and tuning; undefined where it has none. */
  gpuSeconds(): number | undefined;
  /** Resolves with the reason when the device is lost, or reports an error that nobody asked for; never when it was closed. Close it then. */
  readonly lost: Promise<string>;
  /** Ends every scan after its dispatch in flight, and frees the device; a tuning under way fails with `GPU_LOST`. */
  close(): Promise<void>;
}

const LANES = 2;

/**
 * Opens a GPU.
 *
 * @throws {HashgapError} `GPU_UNAVAILABLE` when the adapter gives no device; when no kernel is left, `SELF_TEST_FAILED` if one was wrong, else
 * `GPU_KERNEL_REFUSED`; `GPU_LOST`.
 */
export async function openGpu(options: GpuOptions): Promise<Gpu> {
  const { adapter, now = () => performance.now(), targetMs = 80, sleep, onMismatch = () => {} } = options;
  const info = describeAdapter(adapter);
  const timestamps = options.timestamps !== false && adapter.features.has('timestamp-query');
  const device = await requestDevice(adapter, info.name, {
    requiredFeatures: timestamps ? ['timestamp-query'] : [],
  });
  const dispatcher = new Dispatcher({ targetMs, now, sleep, deviceName: info.name });
  watchDevice(device, dispatcher);
  try {
    const newLane = (label: string) => createLane(device, label, timestamps);
    const bench = { device, dispatcher, newLane, cases: gpuSelfTestCases(info.software), now };
    const shelf = createShelf(bench, options.kernels, options.singles);
    const scanner = new Scanner({
      dispatcher,
      lanes: Array.from({ length: LANES }, (_, i) => newLane(`lane ${i}`)),
      kernels: await shelf.first(),
      onMismatch,
      moreKernels: () => shelf.more(),
    });
    return gpuOf({ info, bench, scanner, timestamps });
  } catch (error) {
    dispatcher.close();
    device.destroy();
    throw error;
  }
}

/** What {@link gpuOf} joins. */
interface GpuParts {
  readonly info: GpuInfo;
  readonly bench: Bench;
  readonly scanner: Scanner;
  readonly timestamps: boolean;
}

function gpuOf({ info, bench, scanner, timestamps }: GpuParts): Gpu {
  const { dispatcher, device } = bench;
  let best = scanner.kernels[0]!.kernel;
  const current = () => {
    best = scanner.kernels[0]?.kernel ?? best; // between the last one's fall and the next one there is none
    return best;
  };
  return {
    info,
    parallelism: LANES,
    get kernel() {
      return current().name;
    },
    get midstates() {
      return current().midstates;
    },
    get kernels() {
      return scanner.kernels.length === 0 ? [current()] : scanner.kernels.map(({ kernel }) => kernel);
    },
    scan: (request, signal) => scanner.scan(request, signal),
    tune: (tuning) => tune(bench, scanner, tuning),
    setTargetMs(ms) {
      dispatcher.targetMs = ms;
    },
    gpuSeconds: () => (timestamps ? dispatcher.gpuSeconds : undefined),
    lost: dispatcher.lost,
    async close() {
      await scanner.close();
      dispatcher.close();
      device.destroy();
    },
  };
}
