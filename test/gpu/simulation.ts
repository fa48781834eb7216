/** Devices without a GPU: one that exists in virtual time only, and one that hashes with the oracle. */
import { HIT_CAPACITY, HIT_WORDS, type ShaderKernel } from '../../shaders/kernel.ts';
import { sha256, sha256Compress } from '../../src/bitcoin/sha256.ts';
import type { CompiledKernel } from '../../src/gpu/compile.ts';
import type { Dispatch, Lane } from '../../src/gpu/lane.ts';

/** Time that passes when everyone waits. */
export interface VirtualClock {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Lets time pass until `work` is done. */
  run<T>(work: Promise<T>): Promise<T>;
}

export function virtualClock(): VirtualClock {
  let nowMs = 0;
  const waiting: { atMs: number; wake: () => void }[] = [];
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => nowMs,
    sleep: (ms) => new Promise((wake) => waiting.push({ atMs: nowMs + ms, wake })),
    async run(work) {
      let done = false;
      const ended = () => {
        done = true;
      };
      work.then(ended, ended);
      await turn();
      while (!done) {
        waiting.sort((a, b) => a.atMs - b.atMs);
        const next = waiting.shift();
        if (next === undefined) throw new Error('Everyone waits, and nobody for the clock.');
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
        await turn();
      }
      return work;
    },
  };
}

/** A device that hashes at a constant speed, one dispatch after the other. */
export interface SimulatedDevice {
  hashesPerMs: number;
  readonly overheadMs: number;
  readonly stamps: boolean;
  /** What the device's clock shows, nanoseconds, at a time in milliseconds. @default the time */
  readonly stampAt?: (ms: number) => number;
  /** When it has done what it was given. */
  freeMs: number;
}

/** A lane of it that never hits. `awake` is told how long the host waited for each result. */
export function simulatedLane(
  device: SimulatedDevice,
  clock: VirtualClock,
  awake: (ms: number) => void,
): Lane {
  let beganMs = 0;
  let endMs = 0;
  const { stampAt = (ms: number) => 1e6 * ms } = device;
  const stamp = (ms: number) => BigInt(Math.round(stampAt(ms)));
  return {
    submit({ count, kernel }) {
      beganMs = Math.max(clock.now(), device.freeMs);
      endMs = beganMs + device.overheadMs + (count * kernel.kernel.midstates) / device.hashesPerMs;
      device.freeMs = endMs;
    },
    async result() {
      const waitMs = Math.max(0, endMs - clock.now());
      awake(waitMs);
      if (waitMs > 0) await clock.sleep(waitMs);
      const hits = new Uint32Array(128);
      return device.stamps ? { hits, stamps: [stamp(beganMs), stamp(endMs)] } : { hits };
    },
    destroy() {},
  };
}

/** A kernel that only its numbers matter of. */
export function kernelOf(midstates: number, changes: Partial<ShaderKernel> = {}): CompiledKernel {
  const kernel: ShaderKernel = {
    name: `k${midstates}`,
    midstates,
    workgroupSize: 64,
    noncesPerInvocation: 1,
    wgsl: '',
    jobWords: 12 * midstates,
    wordsOfJob: (states, tail) => Uint32Array.of(...states, ...tail),
    ...changes,
  };
  return { kernel, compileMs: 0 } as CompiledKernel;
}

/** A lane that hashes with the oracle as soon as it is asked; `change` spoils what it found. */
export function hashingLane(change: (hits: Uint32Array, dispatch: Dispatch) => void = () => {}): Lane {
  let submitted: Dispatch | undefined;
  return {
    submit(dispatch) {
      submitted = dispatch;
    },
    async result() {
      const hits = hashAll(submitted!);
      change(hits, submitted!);
      return { hits };
    },
    destroy() {},
  };
}

/** What a kernel of {@link kernelOf} leaves in binding 2. */
function hashAll({ kernel, job, words, count }: Dispatch): Uint32Array {
  const hits = new Uint32Array(HIT_WORDS);
  const { midstates } = kernel.kernel;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < midstates; k++) {
      const nonce = words[0]! + i;
      const last = lastWord(job.subarray(8 * k, 8 * k + 8), job.subarray(8 * midstates), nonce);
      if ((last & words[2]!) !== 0) continue;
      const at = hits[0]!++;
      if (at < HIT_CAPACITY) hits.set([nonce, k], 2 + 2 * at);
    }
  }
  return hits;
}

/** The last word of the hash of a header whose first 64 bytes are hashed already. */
function lastWord(midstate: Uint32Array, tail: Uint32Array, nonce: number): number {
  const block = new DataView(new ArrayBuffer(64));
  for (let i = 0; i < 3; i++) block.setUint32(4 * i, tail[i]!);
  block.setUint32(12, nonce, true);
  block.setUint32(16, 0x80000000);
  block.setUint32(60, 640);
  const state = midstate.slice();
  sha256Compress(state, new Uint8Array(block.buffer));
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => {
    digest.setUint32(4 * i, word);
  });
  return new DataView(sha256(new Uint8Array(digest.buffer)).buffer).getUint32(28);
}
