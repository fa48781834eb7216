/** Scans in flight: sent to the child that is up, kept when it is lost, and sent again to the one that follows. */
import { setMaxListeners } from 'node:events';
import type { ScanRequest, ScanResult } from '../../work/ports.ts';
import { NOTHING_SCANNED, plainRequest } from '../../work/scan.ts';
import type { ToChild } from './protocol.ts';

/** What a table of scans does about its child. */
export interface PendingOptions {
  /** Whether there is a child that can be spoken to. */
  readonly isUp: () => boolean;
  readonly send: (message: ToChild) => void;
  /** The child has not answered an abort for a long time. */
  readonly onHang: () => void;
  /** The first scan came to be in flight, or the last one has ended. */
  readonly onBusy: () => void;
  /** How long a child may take to answer an abort, milliseconds. */
  readonly patienceMs: number;
}

/** Dispatches last 0.1 s and kernels compile within seconds also on a software driver: what takes longer hangs. */
export const PATIENCE_MS = 10_000;

interface Pending {
  readonly request: ScanRequest;
  readonly signal: AbortSignal;
  readonly settle: (end: ScanResult | Error) => void;
}

/** The table. */
export class PendingScans {
  readonly #options: PendingOptions;
  readonly #scans = new Map<number, Pending>();
  #lastId = 0;

  constructor(options: PendingOptions) {
    this.#options = options;
  }

  /** Whether anything is in flight. */
  get busy(): boolean {
    return this.#scans.size > 0;
  }

  /** Has the child search; resolves with its answer, or with nothing searched when it is aborted while there is no child. */
  scan(request: ScanRequest, signal: AbortSignal): Promise<ScanResult> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      let patience: NodeJS.Timeout | undefined;
      const onAbort = () => {
        if (!this.#options.isUp()) return settle(NOTHING_SCANNED);
        this.#options.send({ type: 'abort', id });
        patience = setTimeout(this.#options.onHang, this.#options.patienceMs);
      };
      const settle = (end: ScanResult | Error) => {
        clearTimeout(patience);
        signal.removeEventListener('abort', onAbort);
        this.#scans.delete(id);
        if (this.#scans.size === 0) this.#options.onBusy();
        if (end instanceof Error) reject(end);
        else resolve(end);
      };
      setMaxListeners(0, signal); // as many scans as lanes share one signal: that is no leak
      signal.addEventListener('abort', onAbort, { once: true });
      this.#scans.set(id, { request: plainRequest(request), signal, settle });
      if (this.#scans.size === 1) this.#options.onBusy();
      this.#send(id);
    });
  }

  /** The end of one scan; one that is not in the table has ended before. */
  settle(id: number, end: ScanResult | Error): void {
    this.#scans.get(id)?.settle(end);
  }

  /** A child has come up: it gets everything that is in flight. */
  sendAgain(): void {
    for (const id of this.#scans.keys()) this.#send(id);
  }

  /** The child has gone: nobody waits for the rest of an aborted scan; everything else is kept. */
  dropAborted(): void {
    for (const { signal, settle } of this.#scans.values()) if (signal.aborted) settle(NOTHING_SCANNED);
  }

  /** Ends every scan. */
  settleAll(end: ScanResult | Error): void {
    for (const { settle } of this.#scans.values()) settle(end);
  }

  #send(id: number): void {
    const { request } = this.#scans.get(id)!;
    if (this.#options.isUp()) this.#options.send({ type: 'scan', id, request });
  }
}
