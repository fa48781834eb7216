/** Drives a session in tests: a clock, everything it said, and shares for its jobs. */
import { headerHash } from '../../src/bitcoin/header.ts';
import { hashToNumber } from '../../src/bitcoin/target.ts';
import { createSession, type StratumSession } from '../../src/source/stratum/session.ts';
import type {
  SessionEvent,
  SessionInput,
  SessionOptions,
  SessionOutput,
} from '../../src/source/stratum/session-types.ts';
import type { Job } from '../../src/work/job.ts';
import type { ShareVerdict } from '../../src/work/ports.ts';
import { headerOfHit, headerSpace } from '../../src/work/unit.ts';
import type { FoundShare } from '../../src/work/verify.ts';
import { answer } from './pool-lines.ts';

/** An event of one type. */
export type EventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { type: T }>;

/** A request that the session sent. */
export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A session with a clock that stands still unless a test moves it. */
export class Drive {
  readonly session: StratumSession;
  readonly sent: string[] = [];
  readonly events: SessionEvent[] = [];
  deadlineMs: number | undefined;
  nowMs = 1_000;

  constructor(options: Partial<SessionOptions> = {}) {
    this.session = createSession({ worker: 'ann.rig', agent: 'hashgap/test', ...options });
  }

  #step(input: SessionInput): SessionOutput {
    const output = this.session.step(input);
    this.sent.push(...output.send);
    this.events.push(...output.events);
    this.deadlineMs = output.deadlineMs;
    return output;
  }

  open = (host?: string) => this.#step({ type: 'opened', nowMs: this.nowMs, host });
  close = () => this.#step({ type: 'closed', nowMs: this.nowMs });
  end = () => this.#step({ type: 'ended', nowMs: this.nowMs });
  submit = (share: FoundShare) => this.#step({ type: 'share', share, nowMs: this.nowMs });

  /** Lines of the pool, one after the other; gives what all of them led to. */
  hear(...lines: string[]): { send: string[]; events: SessionEvent[] } {
    const outputs = lines.map((line) => this.#step({ type: 'line', line, nowMs: this.nowMs }));
    return { send: outputs.flatMap(({ send }) => send), events: outputs.flatMap(({ events }) => events) };
  }

  /** Lets time pass, with a `time` input at its end. */
  pass(ms: number): SessionOutput {
    this.nowMs += ms;
    return this.#step({ type: 'time', nowMs: this.nowMs });
  }

  /** Opens a connection whose pool answers everything; version rolling is granted as `mask`, or not at all. */
  connect({
    mask = '1fffe000' as string | null,
    extranonce1 = '08000002',
    size = 4,
    sessionId = 's1',
  } = {}): this {
    this.open();
    const configured = mask === null ? null : { 'version-rolling': true, 'version-rolling.mask': mask };
    this.hear(answer(this.request('mining.configure').id, configured));
    this.hear(
      answer(this.request('mining.subscribe').id, [[['mining.notify', sessionId]], extranonce1, size]),
    );
    this.hear(answer(this.request('mining.authorize').id, true));
    return this;
  }

  requests = () => this.sent.map((line) => JSON.parse(line) as Request);

  /** The latest request of a method. */
  request(method: string): Request {
    const request = this.requests().findLast((sent) => sent.method === method);
    if (request === undefined) throw new Error(`no ${method} was sent`);
    return request;
  }

  submits = () => this.requests().filter(({ method }) => method === 'mining.submit');

  all<T extends SessionEvent['type']>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The latest event of a type. */
  last<T extends SessionEvent['type']>(type: T): EventOf<T> {
    const event = this.all(type).at(-1);
    if (event === undefined) throw new Error(`no ${type} event`);
    return event;
  }

  get job(): Job {
    return this.last('job').job;
  }

  verdicts = (): ShareVerdict[] => this.all('verdict').map(({ verdict }) => verdict);
}

/** A share of a job with a real hash, whatever target it meets. */
export function shareOf(
  job: Job,
  changes: { readonly nonce?: number; readonly version?: number; readonly extranonce2?: Uint8Array } = {},
): FoundShare {
  const { nonce = 1, version = job.version, extranonce2 = new Uint8Array(job.extranonce2Bytes) } = changes;
  const space = headerSpace(job, extranonce2, [version]);
  const header = headerOfHit(space, version, nonce);
  const hash = headerHash(header);
  const meetsNetworkTarget = hashToNumber(hash) <= job.networkTarget;
  return { job, header, hash, extranonce2, coinbase: space.coinbase, meetsNetworkTarget };
}

/** The share of the lowest nonce that is a block, or is none. */
export function searchShare(job: Job, block: boolean, firstNonce = 0): FoundShare {
  for (let nonce = firstNonce; ; nonce++) {
    const share = shareOf(job, { nonce });
    if (share.meetsNetworkTarget === block) return share;
  }
}
