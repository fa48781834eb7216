/** Selection: every kernel of this machine, its self-test, and the one that mines. */
import { didYouMean, HashgapError } from '../errors.ts';
import type { HashEngine } from '../work/ports.ts';
import { type ScanFunction, type SelfTestCase, selfTest, selfTestCases } from '../work/self-test.ts';
import { fastestKernel } from './calibrate.ts';
import { createJsEngine } from './js/engine.ts';
import { scanJs } from './js/kernel.ts';
import { loadNativeBinding, type NativeLoad, scanNative } from './native/binding.ts';
import { createNativeEngine } from './native/engine.ts';

/** Which engine a user asks for. */
export type EngineChoice = 'auto' | 'native' | 'js';

/** A kernel this build has, whether or not this machine can run it. */
export interface KernelEntry {
  readonly name: string;
  readonly engine: 'native' | 'js';
  /** Nonces hashed side by side. */
  readonly lanes: number;
  /** Versions at which it is fastest when they share one message schedule: docs/kernels.md has the measurements. */
  readonly preferredMidstates: number;
  /** CPU features it needs that are missing here; empty when it can run. */
  readonly missing: readonly string[];
  readonly scan: ScanFunction;
}

/** A kernel with its self-test: undefined when not run because the machine lacks a feature. */
export interface TestedKernel extends KernelEntry {
  readonly selfTest: 'passed' | 'failed' | undefined;
  /** Why the self-test failed. */
  readonly failure: string | undefined;
}

/** Every kernel in order of preference, fastest first; the JavaScript one is always there and always last. */
export function listKernels(native: NativeLoad = loadNativeBinding()): KernelEntry[] {
  const js: KernelEntry = {
    name: 'js',
    engine: 'js',
    lanes: 1,
    preferredMidstates: 8,
    missing: [],
    scan: scanJs,
  };
  if (!('binding' in native)) return [js];
  const features = native.binding.cpu().features;
  const entries = native.binding.kernels().map(
    (kernel): KernelEntry => ({
      name: kernel.name,
      engine: 'native',
      lanes: kernel.lanes,
      preferredMidstates: kernel.preferredMidstates,
      missing: kernel.supported ? [] : kernel.needs.filter((need) => !features.includes(need)),
      scan: (request) => scanNative(native.binding, kernel.name, request),
    }),
  );
  return [...entries, js];
}

/** Runs the self-test of a kernel, unless the machine cannot run it. */
export function testKernel(
  kernel: KernelEntry,
  cases: readonly SelfTestCase[] = selfTestCases(),
): TestedKernel {
  if (kernel.missing.length > 0) return { ...kernel, selfTest: undefined, failure: undefined };
  const failure = selfTest(kernel.scan, cases);
  return { ...kernel, selfTest: failure === undefined ? 'passed' : 'failed', failure };
}

/** What to run. */
export interface EngineRequest {
  readonly engine: EngineChoice;
  /** A kernel by name; undefined takes the fastest that passes its self-test. */
  readonly kernel: string | undefined;
  readonly threads: number;
}

/** The chosen kernel, and a sentence for each better one that was passed over. */
export interface Selection {
  readonly kernel: TestedKernel;
  readonly warnings: readonly string[];
}

/**
 * Chooses the fastest kernel that fits the request and passes its self-test; when several pass, a short calibration decides.
 *
 * @throws {HashgapError} `KERNEL_UNKNOWN`, `KERNEL_UNSUPPORTED` or `SELF_TEST_FAILED` for a kernel that was named; `ENGINE_UNAVAILABLE` when
 * the native engine was named but its addon does not load; `SELF_TEST_FAILED` when no kernel passes.
 */
export function selectKernel(
  request: Pick<EngineRequest, 'engine' | 'kernel'>,
  native: NativeLoad = loadNativeBinding(),
  kernels: readonly KernelEntry[] = listKernels(native),
): Selection {
  const candidates = candidatesFor(request, native, kernels);
  const warnings: string[] = [];
  if (!('binding' in native) && request.engine === 'auto')
    warnings.push(`Mining with JavaScript, slower: ${native.unavailable}`);
  const cases = selfTestCases();
  const tested = candidates.map((candidate) => testKernel(candidate, cases));
  for (const { name, failure } of tested.filter(({ selfTest: result }) => result === 'failed')) {
    warnings.push(`Kernel ${name} failed its self-test and is not used (${failure}). Run hashgap verify.`);
  }
  const kernel = fastestKernel(tested.filter(({ selfTest: result }) => result === 'passed'));
  if (kernel !== undefined) return { kernel, warnings };
  throw new HashgapError(
    'SELF_TEST_FAILED',
    `Expected a kernel that passes its self-test, received none: ${warnings.join(' ')} Check the machine's memory and cooling.`,
    { details: { tried: candidates.map(({ name }) => name) } },
  );
}

/**
 * Checks that this machine has what was named, without trying it.
 *
 * @throws {HashgapError} `KERNEL_UNKNOWN`, `KERNEL_UNSUPPORTED`, `ENGINE_UNAVAILABLE`
 */
export function checkEngine(request: Pick<EngineRequest, 'engine' | 'kernel'>): void {
  const native = loadNativeBinding();
  candidatesFor(request, native, listKernels(native));
}

function candidatesFor(
  { engine, kernel: name }: Pick<EngineRequest, 'engine' | 'kernel'>,
  native: NativeLoad,
  kernels: readonly KernelEntry[],
) {
  if (engine === 'native' && !('binding' in native)) throw unavailable(native.unavailable);
  const ofEngine = kernels.filter((kernel) => engine === 'auto' || kernel.engine === engine);
  if (name === undefined) return ofEngine.filter(({ missing }) => missing.length === 0);
  const named = ofEngine.find((kernel) => kernel.name === name);
  if (named === undefined) throw unknownKernel(name, ofEngine);
  if (named.missing.length > 0) {
    throw new HashgapError(
      'KERNEL_UNSUPPORTED',
      `Expected a CPU with ${named.missing.join(', ')} for the kernel ${name}, received one without. Leave --kernel out to take the best one.`,
      { details: { kernel: name, missing: named.missing } },
    );
  }
  return [named];
}

function unknownKernel(name: string, kernels: readonly KernelEntry[]): HashgapError {
  const names = kernels.map((kernel) => kernel.name);
  return new HashgapError(
    'KERNEL_UNKNOWN',
    `Expected a kernel among ${names.join(', ')}, received "${name}".${didYouMean(name, names)} hashgap devices lists them.`,
    { details: { kernel: name, known: names } },
  );
}

function unavailable(reason: string): HashgapError {
  return new HashgapError(
    'ENGINE_UNAVAILABLE',
    `Expected the native addon for --engine native, but ${reason}`,
    { details: { reason } },
  );
}

/** Starts the engine that runs a chosen kernel. */
export function startEngine(
  kernel: KernelEntry,
  threads: number,
  native: NativeLoad = loadNativeBinding(),
): HashEngine {
  if (kernel.engine === 'native' && 'binding' in native) {
    return createNativeEngine({
      binding: native.binding,
      kernel: kernel.name,
      preferredMidstates: kernel.preferredMidstates,
      threads,
    });
  }
  return createJsEngine({ threads, preferredMidstates: kernel.preferredMidstates });
}
