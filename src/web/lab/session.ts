/** The worker's side of the calls: one call at a time, on the GPU or in plain JavaScript. */
import { fromHex } from '../../bitcoin/hex.ts';
import { targetOfZeroBits } from '../../bitcoin/target.ts';
import type { Gpu } from '../../gpu/open.ts';
import { scanRequest } from '../../work/scan.ts';
import {
  candidates,
  describe,
  dispatchMs,
  messageOf,
  openLabGpu,
  requestGpu,
  type Surroundings,
} from './gpu.ts';
import { measure } from './measure.ts';
import { createPlainSearcher } from './plain.ts';
import type { Calls, Command, EngineName, Report, SearchOrder, TuneProgress } from './protocol.ts';
import { searchWindow } from './search.ts';
import type { Clock, Searcher } from './searcher.ts';

/** The outside of a session. */
export interface SessionOptions {
  readonly now: Clock;
  /** Gives way to the messages that wait. */
  readonly pause: () => Promise<void>;
  readonly report: (report: Report) => void;
  readonly surroundings: Surroundings;
}

const PROGRESS_EVERY_MS = 100;
const WARM_UP_SECONDS = 0.4;

/** Owns the GPU and the call under way. */
export class Session {
  readonly #options: SessionOptions;
  readonly #plain: Searcher;
  #gpu: Gpu | undefined;
  #visible = true;
  #running: Promise<unknown> = Promise.resolve();
  #stop = new AbortController();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#plain = createPlainSearcher(options.now, options.pause);
  }

  /** Takes one message of the page. Calls wait for each other; a stop ends the one that runs. */
  receive(command: Command): void {
    if (command.type === 'stop') this.#stop.abort();
    else if (command.type === 'visible') this.#setVisible(command.visible);
    else this.#running = this.#running.then(() => this.#answer(command));
  }

  async #answer(command: Extract<Command, { type: 'call' }>): Promise<void> {
    const { report, now } = this.#options;
    const { id } = command;
    let toldAt = Number.NEGATIVE_INFINITY;
    const tell = (progress: unknown) => {
      if (now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = now();
      report({ type: 'progress', id, progress });
    };
    this.#stop = new AbortController();
    try {
      report({ type: 'result', id, result: await this.#run(command, tell) });
    } catch (error) {
      report({ type: 'error', id, message: messageOf(error) });
    }
  }

  #run(command: Extract<Command, { type: 'call' }>, tell: (progress: unknown) => void): Promise<unknown> {
    switch (command.name) {
      case 'open':
        return this.#open(tell);
      case 'search':
        return this.#search(command.order, tell);
      case 'tune':
        return this.#tune(tell);
      case 'measure':
        return measure(this.#searcher(command.order.engine), {
          ...this.#limits(tell),
          seconds: command.order.seconds,
          versions: command.order.versions,
          warmUpSeconds: WARM_UP_SECONDS,
        });
    }
  }

  #setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#gpu?.setTargetMs(dispatchMs(visible));
  }

  /** Whatever goes wrong with the GPU is an answer: the page has to go on without one. */
  async #open(tell: (progress: unknown) => void): Promise<Calls['open']['result']> {
    const { report, now, surroundings } = this.#options;
    try {
      const requested = await requestGpu(surroundings);
      if ('reason' in requested) return requested;
      const adapter = describe(requested.adapter);
      tell(adapter);
      const gpu = await openLabGpu({
        adapter: requested.adapter,
        shaders: surroundings.shaders,
        now,
        onMismatch: (nonce) => report({ type: 'mismatch', nonce }),
      });
      gpu.lost.then((reason) => report({ type: 'lost', reason }));
      this.#gpu = gpu;
      this.#setVisible(this.#visible);
      return { adapter };
    } catch (error) {
      return { reason: 'failed', message: messageOf(error) };
    }
  }

  #search(order: SearchOrder, tell: (progress: unknown) => void): Promise<Calls['search']['result']> {
    const { nonceStart, nonceCount, stopAtFirst } = order;
    const request = scanRequest([fromHex(order.header)], targetOfZeroBits(order.zeroBits), {
      nonceStart,
      nonceCount,
    });
    return searchWindow(this.#searcher(order.engine), request, { ...this.#limits(tell), stopAtFirst });
  }

  async #tune(tell: (progress: unknown) => void): Promise<Calls['tune']['result']> {
    const gpu = this.#requireGpu();
    const kernels = candidates(gpu.info);
    let tried = 0;
    await gpu.tune({
      candidates: kernels,
      onRow: ({ kernel, hashesPerSecond }) => {
        tried++;
        tell({ kernel, hashesPerSecond, tried, of: Math.max(kernels.length, tried) } satisfies TuneProgress);
      },
      signal: this.#stop.signal,
    });
    return { kernel: gpu.kernel, versions: gpu.midstates };
  }

  #searcher(engine: EngineName): Searcher {
    return engine === 'plain' ? this.#plain : this.#requireGpu();
  }

  #requireGpu(): Gpu {
    if (this.#gpu === undefined)
      throw new Error('Expected a GPU, received none from this browser. Use plain JavaScript.');
    return this.#gpu;
  }

  #limits(tell: (progress: unknown) => void) {
    return { now: this.#options.now, signal: this.#stop.signal, onProgress: tell };
  }
}
