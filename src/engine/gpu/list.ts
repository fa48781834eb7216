/** The adapters of this machine, found out by child processes: a driver that crashes when it is asked costs one adapter and not the program. */
import type { GpuInfo } from '../../gpu/adapter.ts';
import { type AskOptions, ask } from './ask.ts';
import type { ChildEnd } from './process.ts';
import type { AdapterName, FromChild } from './protocol.ts';

/** An adapter with what it says about itself, or with why it cannot be used. */
export interface ListedAdapter extends AdapterName {
  /** What `--gpu` may name it by. */
  readonly index: number;
  readonly info?: GpuInfo;
  /** A sentence with the next step. */
  readonly failure?: string;
}

/** All adapters. */
export interface GpuListing {
  readonly adapters: readonly ListedAdapter[];
  /** Why there is no adapter: sentences, the last one being the next step. */
  readonly reason?: string;
  /** The version of the package `webgpu`; absent where it does not load. */
  readonly webgpu?: string;
}

const DRIVER =
  "Install the GPU's driver; on Linux it needs Vulkan (libvulkan1 with NVIDIA's driver or mesa-vulkan-drivers).";

/** Lists the adapters of this machine; never rejects. */
export async function listGpus(options: AskOptions = {}): Promise<GpuListing> {
  let listed: Extract<FromChild, { type: 'listed' }> | undefined;
  let refusal: string | undefined;
  const end = await ask({ type: 'list' }, options, (message) => {
    if (message.type === 'listed') listed = message;
    if (message.type === 'cannot') refusal = message.error.message;
  });
  if (listed === undefined) {
    const died = `The process that looks for GPUs gave no answer: ${end.how}. Update the GPU's driver.`;
    return { adapters: [], reason: refusal ?? died };
  }
  const { adapters: names, webgpu } = listed;
  if (names.length === 0) return { adapters: [], reason: `${whyNone(end)} ${DRIVER}`, webgpu };
  return { adapters: await describe(names, options), webgpu };
}

/** Dawn writes to stderr what the system told it about Vulkan. */
function whyNone({ said }: ChildEnd): string {
  const reason = /Couldn't load Vulkan: (.*)/.exec(said)?.[1];
  return reason === undefined ? 'No driver offers a GPU.' : `No GPU driver is there: ${reason}.`;
}

/** Asks about each adapter; when the child dies the one it was asked about is to blame, and another child is asked about the rest. */
async function describe(names: readonly AdapterName[], options: AskOptions): Promise<ListedAdapter[]> {
  const listed: ListedAdapter[] = [];
  while (listed.length < names.length) {
    const first = listed.length;
    const end = await ask({ type: 'describe', adapters: names.slice(first) }, options, (message) => {
      if (message.type !== 'described') return;
      const index = first + message.index;
      listed.push({ index, ...names[index]!, ...usable(names, index, message.info) });
    });
    const index = listed.length;
    const name = names[index];
    if (name === undefined) break;
    const failure = `The driver of ${name.name} failed when it was asked: ${end.how}. Update it.`;
    listed.push({ index, ...name, failure });
  }
  return listed;
}

/** Dawn takes the first adapter whose name contains the one it is asked for: what stands behind another such cannot be had. */
function usable(names: readonly AdapterName[], index: number, info: GpuInfo | undefined) {
  const { backend, name } = names[index]!;
  const taken = names.findIndex((other) => other.backend === backend && other.name.includes(name));
  if (taken !== index) {
    const failure = `It cannot be told apart from adapter ${taken}, ${names[taken]!.name}. Hide that one from Vulkan to use this one.`;
    return { failure };
  }
  return info === undefined ? { failure: 'Its driver does not open it for WebGPU. Update it.' } : { info };
}
