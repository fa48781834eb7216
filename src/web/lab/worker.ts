/** The worker's entry: messages of the page to the session, and its reports back. */
import scan from '../../../shaders/scan.wgsl?raw';
import sha256 from '../../../shaders/sha256.wgsl?raw';
import type { Command, Report } from './protocol.ts';
import { Session } from './session.ts';

/** What a dedicated worker's global object has; the types of pages have no name for it. */
interface WorkerScope {
  postMessage(report: Report): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Command>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;

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
  report: (report) => scope.postMessage(report),
  surroundings: {
    isSecureContext: globalThis.isSecureContext,
    gpu: (navigator as { readonly gpu?: GPU }).gpu, // browsers without WebGPU have none, whatever the types say
    shaders: { sha256, scan },
  },
});
scope.addEventListener('message', ({ data }) => session.receive(data));
