/** The worker's entry: messages of the page to the session, and its reports back. */
import scan from '../../../shaders/scan.wgsl?raw';
import sha256 from '../../../shaders/sha256.wgsl?raw';
import type { Command } from './protocol.ts';
import { Session } from './session.ts';

/** A message to itself comes behind the messages that wait; timers are clamped to 4 milliseconds. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

const session = new Session({
  now: () => performance.now(),
  pause,
  report: (report) => self.postMessage(report),
  surroundings: {
    isSecureContext: globalThis.isSecureContext,
    gpu: (navigator as { readonly gpu?: GPU }).gpu, // browsers without WebGPU have none, whatever the types say
    shaders: { sha256, scan },
  },
});
self.addEventListener('message', ({ data }: MessageEvent<Command>) => session.receive(data));
