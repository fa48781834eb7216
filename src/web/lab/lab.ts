/** The running lab: one worker at a time, two buttons, and what is known of this browser so far. */
import { showMismatch, showOffer, showOpening } from './adapter-view.ts';
import { type LabClient, startClient } from './client.ts';
import { type ConsoleApi, createConsoleApi } from './console-api.ts';
import { byId, show } from './dom.ts';
import { showSearchProgress, showSearchResult, showSearchStart, showWindow } from './find-view.ts';
import { showGap } from './gap-view.ts';
import { GENESIS_HEADER, genesisWindow } from './genesis.ts';
import type { EngineName, Offer } from './protocol.ts';
import { rateOf, showMeasureState, showNoGpuRate, showRate, showRateNote, showTuning } from './rate-view.ts';

/** Seconds of each measurement. Plain JavaScript is steady sooner, and how long a search takes is told roughly. */
const GPU_SECONDS = 3;
const SEARCH_SECONDS = 1;
const PLAIN_SECONDS = 1.5;
/** The window to begin with, as a power of two: a second or two on a slow engine, and on a GPU. */
const SLOW_WINDOW = 20;
const GPU_WINDOW = 28;

/** What a button begins; `signal` aborts when the same button ends it. */
type Run = (signal: AbortSignal) => Promise<void>;

/** Owns the worker, and starts another one when it is lost. */
export class Lab {
  readonly #findButton = byId('find', HTMLButtonElement);
  readonly #measureButton = byId('measure', HTMLButtonElement);
  readonly #windowRange = byId('window', HTMLInputElement);
  #client!: LabClient;
  #offer!: Promise<Offer>;
  #engine: EngineName = 'plain';
  #software = false;
  /** Of a search of one header by the engine that searches, once it is measured. */
  #noncesPerSecond: number | undefined;

  constructor() {
    this.#start();
    this.#onClick(this.#findButton, this.#measureButton, 'find-status', () => this.#find());
    this.#onClick(this.#measureButton, this.#findButton, 'measure-status', (signal) => this.#measure(signal));
    this.#windowRange.addEventListener('input', () => this.#showWindow());
    byId('restart').addEventListener('click', () => {
      show(byId('lost'), false);
      this.#start();
    });
    this.#showWindow();
  }

  /** The functions for the console. */
  consoleApi(): ConsoleApi {
    return createConsoleApi({ client: () => this.#client, offer: () => this.#offer });
  }

  /** Starts a worker, and asks it for a GPU. */
  #start(): void {
    const client = startClient(showMismatch);
    this.#client = client;
    this.#offer = client.call('open', null, showOpening);
    client.lost.then((reason) => this.#showLost(client, reason));
    this.#offer.then(
      (offer) => this.#ready(offer),
      () => {}, // nothing else rejects than the loss of the worker, which is told above
    );
  }

  #ready(offer: Offer): void {
    showOffer(offer);
    const gpu = 'adapter' in offer ? offer.adapter : undefined;
    this.#engine = gpu === undefined ? 'plain' : 'gpu';
    this.#software = gpu?.software ?? false;
    this.#windowRange.value = String(gpu === undefined || this.#software ? SLOW_WINDOW : GPU_WINDOW);
    this.#showWindow();
    showRateNote('gpu', this.#software ? 'a software adapter' : '');
    if (gpu === undefined) showNoGpuRate();
    this.#findButton.disabled = false;
    this.#measureButton.disabled = false;
  }

  #showLost(client: LabClient, reason: string): void {
    client.close();
    this.#findButton.disabled = true;
    this.#measureButton.disabled = true;
    byId('lost-reason').textContent = `What the browser says: ${reason}`;
    show(byId('lost'), true);
  }

  #showWindow(): void {
    showWindow(this.#windowRange.valueAsNumber, this.#noncesPerSecond);
  }

  /** A click begins what its button says, unless that runs: then the click is its end. The other button waits. */
  #onClick(button: HTMLButtonElement, other: HTMLButtonElement, status: string, run: Run): void {
    let running: AbortController | undefined;
    button.addEventListener('click', async () => {
      if (running !== undefined) {
        running.abort();
        this.#client.stop();
        return;
      }
      running = new AbortController();
      const label = button.textContent;
      button.textContent = 'Stop';
      other.disabled = true;
      await run(running.signal).catch((error: Error) => {
        byId(status).textContent = error.message;
      });
      running = undefined;
      button.textContent = label;
      other.disabled = button.disabled; // both stay so when the GPU is lost
    });
  }

  async #find(): Promise<void> {
    const exponent = this.#windowRange.valueAsNumber;
    showSearchStart(exponent);
    const order = { engine: this.#engine, header: GENESIS_HEADER, zeroBits: 32, stopAtFirst: true };
    const result = await this.#client.call('search', { ...order, ...genesisWindow(exponent) }, (progress) =>
      showSearchProgress(progress, exponent),
    );
    showSearchResult(result);
  }

  async #measure(signal: AbortSignal): Promise<void> {
    const rates: { [Name in EngineName]?: number | undefined } = {};
    let searchRate: number | undefined;
    if (this.#engine === 'gpu') {
      showMeasureState(0, 'Trying kernels ...');
      const { kernel, versions } = await this.#client.call('tune', null, showTuning);
      if (!signal.aborted) rates.gpu = await this.#measureOne('gpu', GPU_SECONDS);
      showRateNote('gpu', `kernel ${kernel}`);
      if (!signal.aborted) searchRate = versions === 1 ? rates.gpu : await this.#measureSearch();
    }
    if (!signal.aborted) rates.plain = await this.#measureOne('plain', PLAIN_SECONDS);
    showGap({ ...rates, software: this.#software });
    this.#noncesPerSecond = (this.#engine === 'gpu' ? searchRate : rates.plain) ?? this.#noncesPerSecond;
    this.#showWindow();
    showMeasureState(1, signal.aborted ? 'Stopped.' : 'Measured.');
  }

  /** A search has one header, and a kernel for several versions of one is of no use to it. */
  async #measureSearch(): Promise<number | undefined> {
    const order = { engine: 'gpu', seconds: SEARCH_SECONDS, versions: 1 } as const;
    return rateOf(
      await this.#client.call('measure', order, ({ seconds }) =>
        showMeasureState(seconds / SEARCH_SECONDS, 'Measuring a search of one header ...'),
      ),
    );
  }

  async #measureOne(engine: EngineName, seconds: number): Promise<number | undefined> {
    const what = engine === 'gpu' ? 'Measuring the GPU ...' : 'Measuring plain JavaScript ...';
    showMeasureState(0, what);
    const measured = await this.#client.call('measure', { engine, seconds }, (progress) => {
      showMeasureState(progress.seconds / seconds, what);
      showRate(engine, rateOf(progress));
    });
    const rate = rateOf(measured);
    showRate(engine, rate);
    return rate;
  }
}
