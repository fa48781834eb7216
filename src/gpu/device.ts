/** A GPU device: how it is requested, and what counts as its loss. */
import { HashgapError } from '../errors.ts';
import type { Dispatcher } from './dispatcher.ts';

/**
 * Requests the device of an adapter.
 *
 * @param wants - what the adapter has and the caller needs.
 * @throws {HashgapError} `GPU_UNAVAILABLE` when the adapter gives none.
 */
export async function requestDevice(
  adapter: GPUAdapter,
  name: string,
  wants: Pick<GPUDeviceDescriptor, 'requiredFeatures' | 'requiredLimits'>,
): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice({ label: `hashgap on ${name}`, ...wants });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HashgapError(
      'GPU_UNAVAILABLE',
      `Expected a device of GPU ${name}, received "${reason}". Close other programs that use it, or update its driver.`,
      { details: { device: name, reason }, cause },
    );
  }
}

/** Ends every dispatch when the device is lost, or reports an error that nobody asked for: that one may have cost hits. */
export function watchDevice(device: GPUDevice, dispatcher: Dispatcher): void {
  // Not destroyed here: dawn.node calls this from within the call that went wrong, and a destroy from there never returns (0.6.2).
  device.addEventListener('uncapturederror', ({ error }) => dispatcher.fail(firstLine(error.message)));
  void device.lost.then(({ message, reason }) => dispatcher.fail(firstLine(message) || reason));
}

const firstLine = (text: string) => text.split('\n')[0]!;
