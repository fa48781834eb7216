/** GPU engines on fake children: each start follows a script, and what the children saw is noted. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type GpuEngine, type GpuEngineOptions, startGpuEngine } from '../../src/engine/gpu/engine.ts';
import type { AdapterName } from '../../src/engine/gpu/protocol.ts';
import type { GpuInfo } from '../../src/gpu/adapter.ts';

/** What a child does from one start to its end; numbers count its scans from 0. */
export interface FakeStart {
  /** Dies when it is to answer this scan, without an answer. */
  readonly dieBefore?: number;
  /** Dies when the answer to this scan is on its way. */
  readonly dieAfter?: number;
  readonly dieAtOpen?: boolean;
  readonly cannot?: { readonly code: string; readonly message: string };
  /** Loses its device for this reason when it has opened it. */
  readonly lose?: string;
  /** Answers no scan before its abort; `deaf` not even then. */
  readonly hang?: boolean;
  readonly deaf?: boolean;
  readonly midstates?: number;
  /** A kernel that claims a wrong hash in the first scan. */
  readonly mismatch?: string;
  /** Kernels for a single version that are in use beside the one of several. */
  readonly others?: readonly string[];
  /** Tuning: which kernels are in use, which one kills the child, before which one (counted from 0) it dies, which one is wrong, and rates. */
  readonly inUse?: readonly string[];
  readonly dieTuning?: string;
  readonly dieBetween?: number;
  readonly wrong?: string;
  readonly rates?: Readonly<Record<string, number>>;
  /** Listing: what there is, what is written to stderr, or a death. */
  readonly adapters?: readonly FakeAdapter[];
  readonly said?: string;
  readonly dieListing?: boolean;
}

/** An adapter in the list of a fake child. */
export interface FakeAdapter extends AdapterName {
  /** Absent when Dawn does not open it. */
  readonly info?: GpuInfo;
  readonly crashes?: boolean;
  readonly hangs?: boolean;
}

/** An adapter of this name, in hardware unless said otherwise. */
export function fakeAdapter(
  name: string,
  info: Partial<GpuInfo> = {},
): FakeAdapter & { readonly info: GpuInfo } {
  const texts = {
    name,
    vendor: 'acme',
    architecture: 'one',
    device: name,
    description: `${name} driver 1.0`,
  };
  return { backend: 'vulkan', name, info: { ...texts, software: false, family: 'other', ...info } };
}

/** What a child noted. */
export interface FakeNote {
  readonly start?: number;
  readonly pid?: number;
  readonly opened?: {
    readonly kernels: readonly string[];
    readonly singles: readonly string[];
    readonly targetMs: number;
  };
  readonly tune?: readonly string[];
  readonly asked?: readonly string[];
}

/** The program of a fake child, and its notes. */
export interface FakeGpu {
  readonly childPath: string;
  notes(): FakeNote[];
}

/** A restart policy without patience: at once, as often as it takes. */
export const AT_ONCE = { delaysMs: Array<number>(100).fill(0), losses: 100, windowMs: 1e9 };

/** Writes the program of a child that follows these scripts, the last one again and again. */
export function fakeGpu(...starts: readonly FakeStart[]): FakeGpu {
  const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [childPath, log] = [join(folder, 'child.mjs'), join(folder, 'log')];
  appendFileSync(log, '');
  const fake = JSON.stringify(join(import.meta.dirname, 'fake-gpu-child.mjs'));
  writeFileSync(
    childPath,
    `globalThis.fakeGpu = ${JSON.stringify({ starts, log })};\nawait import(${fake});\n`,
  );
  const notes = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as FakeNote);
  return { childPath, notes };
}

/** Starts an engine on it that is closed with the test. */
export async function startFake(
  fake: FakeGpu,
  options: Partial<GpuEngineOptions> = {},
): Promise<GpuEngine & { readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const engine = await startGpuEngine({
    adapter: { backend: 'fake', name: 'Fake GPU' },
    kernels: ['readable'],
    restart: AT_ONCE,
    onWarning: (sentence) => warnings.push(sentence),
    childPath: fake.childPath,
    ...options,
  });
  onTestFinished(() => engine.close());
  return Object.assign(engine, { warnings });
}

/** Waits for a process to be gone. */
export async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await turn();
}

/** Whether there is a process with this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
