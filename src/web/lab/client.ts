/** The page's side of the calls: a worker, and promises for what it answers. */
import type { CallName, Calls, Command, Report } from './protocol.ts';

/** A running worker. */
export interface LabClient {
  /** Makes a call; calls wait for each other in the worker. Rejects with the worker's sentence, and when the GPU or the worker is lost. */
  call<Name extends CallName>(
    name: Name,
    order: Calls[Name]['order'],
    onProgress?: (progress: Calls[Name]['progress']) => void,
  ): Promise<Calls[Name]['result']>;
  /** Ends the call under way with what it has. */
  stop(): void;
  /** Resolves with the reason when the GPU or the worker is gone. */
  readonly lost: Promise<string>;
  close(): void;
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: never) => void) | undefined;
}

/**
 * Starts a worker.
 *
 * @param onMismatch - the GPU claimed a hit that is none.
 */
export function startClient(onMismatch: (nonce: number) => void): LabClient {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const pending = new Map<number, Pending>();
  let calls = 0;
  const send = (command: Command) => worker.postMessage(command);
  const lost = new Promise<string>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Report>) => {
      if (data.type === 'lost') resolve(data.reason);
      else if (data.type === 'mismatch') onMismatch(data.nonce);
      else settle(pending, data);
    });
    worker.addEventListener('error', (event) => resolve(event.message || 'the worker could not be loaded'));
  });
  lost.then(() => {
    for (const { reject } of pending.values()) reject(new Error('Ended: the GPU is gone.'));
    pending.clear();
  });
  const onVisibility = () => send({ type: 'visible', visible: document.visibilityState === 'visible' });
  document.addEventListener('visibilitychange', onVisibility);
  onVisibility();
  return {
    call: (name, order, onProgress) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        pending.set(id, { resolve, reject, onProgress });
        send({ type: 'call', id, name, order } as Command);
      }),
    stop: () => send({ type: 'stop' }),
    lost,
    close() {
      document.removeEventListener('visibilitychange', onVisibility);
      worker.terminate();
    },
  };
}

function settle(
  pending: Map<number, Pending>,
  report: Extract<Report, { type: 'progress' | 'result' | 'error' }>,
): void {
  const call = pending.get(report.id);
  if (report.type === 'progress') call?.onProgress?.(report.progress as never);
  else {
    pending.delete(report.id);
    if (report.type === 'result') call?.resolve(report.result as never);
    else call?.reject(new Error(report.message));
  }
}
