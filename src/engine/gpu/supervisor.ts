/** Supervision of one child process: it is started, started again when it is lost, and given up when that happens too often. */
import { HashgapError } from '../../errors.ts';
import { type ChildEnd, type GpuChild, startChild } from './process.ts';
import type { FromChild, ToChild } from './protocol.ts';
import { type Failure, nextStep, type RestartPolicy } from './restart.ts';

/** What a child says when it has opened its adapter. */
export type Opened = Extract<FromChild, { type: 'opened' }>;

/** What a supervisor is told to do, and whom it tells. */
export interface SupervisorOptions {
  /** The child's program. */
  readonly path: string;
  /** The adapter's name, for sentences. */
  readonly device: string;
  readonly restart: RestartPolicy;
  /** The first message to a child before which there were `restarts` others. */
  readonly opening: (restarts: number) => ToChild;
  /** Told everything else that a child says. */
  readonly onMessage: (message: FromChild) => void;
  /** A child is there again that can be spoken to. */
  readonly onUp: () => void;
  /** The child has gone, `sentence` says why, and another one follows. */
  readonly onDown: (sentence: string) => void;
  /** The child has gone for good. */
  readonly onGivenUp: (error: HashgapError) => void;
}

/** A child that has opened no adapter by then hangs, milliseconds: each kernel it tries may take 20 s to compile. */
const OPEN_MS = 90_000;
/** How long a child may take to end when it is asked to, milliseconds. */
const CLOSE_MS = 2_000;

/** What happens to one child. */
interface Launch {
  readonly onOpen: (opened: Opened) => void;
  /** It ended before it had opened its adapter; `reason` is half a sentence. */
  readonly onFailure: (error: HashgapError, reason: string) => void;
}

/**
 * Owns the child. A driver that crashes ends the child, and a child whose device is lost ends itself: both arrive here as the end of a process,
 * so one mechanism answers both, and no state of a broken driver outlives it.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #state: 'starting' | 'up' | 'waiting' | 'over' = 'starting';
  #child: GpuChild | undefined;
  #held = true;
  #timer: NodeJS.Timeout | undefined;
  #failures: readonly Failure[] = [];
  #restarts = 0;
  #onGone = () => {};
  #closing: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Whether there is a child that can be spoken to. */
  get up(): boolean {
    return this.#state === 'up';
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the first child. It gets one try: what does not even start is not worth waiting for.
   *
   * @throws {HashgapError} what the child says it cannot do; `GPU_UNAVAILABLE` when it dies or hangs.
   */
  start(): Promise<Opened> {
    return new Promise((onOpen, reject) => {
      this.#launch({
        onOpen,
        onFailure: (error) => {
          this.#state = 'over';
          reject(error);
        },
      });
    });
  }

  /** Sends a message to the child that is up. */
  send(message: ToChild): void {
    if (this.up) this.#child?.send(message);
  }

  /** Ends a child that no longer answers: a loss like any other. */
  kill(): void {
    this.#child?.kill();
  }

  /** Whether the child, or the wait for the next one, keeps the program alive. */
  keepAlive(yes: boolean): void {
    this.#held = yes;
    this.#child?.keepAlive(yes);
    if (yes) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** Ends the child, politely at first. A second call waits for the first one. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#state = 'over';
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => {
      this.#onGone = resolve;
    });
    child.keepAlive(true);
    child.send({ type: 'close' });
    const impatient = setTimeout(() => child.kill(), CLOSE_MS);
    await gone;
    clearTimeout(impatient);
  }

  #launch({ onOpen, onFailure }: Launch): void {
    this.#state = 'starting';
    let reason: string | undefined;
    let refusal: HashgapError | undefined;
    const hangs = setTimeout(() => this.kill(), OPEN_MS).unref();
    this.#child = startChild(this.#options.path, {
      onMessage: (message) => {
        if (message.type === 'lost') reason = halfSentence(message.reason);
        else if (message.type === 'cannot')
          refusal = new HashgapError(message.error.code, message.error.message);
        else if (message.type !== 'opened') this.#options.onMessage(message);
        else if (this.#state === 'starting') {
          clearTimeout(hangs);
          this.#state = 'up';
          onOpen(message);
        }
      },
      onEnd: (end) => {
        clearTimeout(hangs);
        this.#child = undefined;
        this.#onGone();
        if (this.#state === 'up') this.#down('lost', reason ?? end.how);
        else if (this.#state === 'starting' && refusal !== undefined)
          onFailure(refusal, halfSentence(refusal.message));
        else if (this.#state === 'starting') onFailure(this.#diedAtStart(end), end.how);
      },
    });
    this.#child.keepAlive(this.#held);
    this.#child.send(this.#options.opening(this.#restarts));
  }

  /** A child that worked has gone, or one that should have followed it. */
  #down(kind: Failure['kind'], reason: string): void {
    const { device, restart, onDown, onGivenUp } = this.#options;
    this.#failures = [...this.#failures, { atMs: performance.now(), kind }];
    const next = nextStep(restart, this.#failures);
    if (next.step === 'give up') {
      this.#state = 'over';
      onGivenUp(givenUp(device, next.failures, reason));
      return;
    }
    this.#state = 'waiting';
    const when = next.delayMs === 0 ? 'at once' : `in ${next.delayMs / 1000} s`;
    onDown(
      `GPU ${device} was lost: ${reason}. It is started again ${when}, and what it was searching is searched again.`,
    );
    this.#timer = setTimeout(() => this.#restart(), next.delayMs);
    this.keepAlive(this.#held);
  }

  #restart(): void {
    this.#restarts++;
    this.#launch({
      onOpen: this.#options.onUp,
      onFailure: (_, reason) => this.#down('not started', reason),
    });
  }

  #diedAtStart({ how, said }: ChildEnd): HashgapError {
    const { device } = this.#options;
    const complaint = said.split('\n').find((line) => /error|fail|cannot|fatal/i.test(line));
    const saying = complaint === undefined ? '' : ` after saying "${complaint.trim()}"`;
    return new HashgapError(
      'GPU_UNAVAILABLE',
      `Expected the process of GPU ${device} to open it, but ${how}${saying}. Update the GPU's driver, or mine with --engine native.`,
      { details: { device, how, said } },
    );
  }
}

/** To go on after it. */
const halfSentence = (sentence: string) => sentence.replace(/\.$/, '');

function givenUp(device: string, failures: number, reason: string): HashgapError {
  return new HashgapError(
    'GPU_LOST',
    `Expected GPU ${device} to keep working, but it was lost ${failures} times in a short time, at last because ${reason}. ` +
      "Update the GPU's driver, or mine with --engine native.",
    { details: { device, failures, reason } },
  );
}
