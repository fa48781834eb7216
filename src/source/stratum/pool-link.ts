/** One pool: its session over one connection after the other, and the payout that its jobs promise. */
import { bitsFromTarget, bitsToHex } from '../../bitcoin/target.ts';
import { isHashgapError } from '../../errors.ts';
import type { Emit } from '../../events.ts';
import type { Job } from '../../work/job.ts';
import type { ShareVerdict } from '../../work/ports.ts';
import type { FoundShare } from '../../work/verify.ts';
import type { PoolEndpoint } from './endpoint.ts';
import { createNotifyPace } from './notify-pace.ts';
import type { PayoutCheck } from './payout-check.ts';
import { createSession } from './session.ts';
import type { SessionEvent, SessionOccurrence, SessionOptions } from './session-types.ts';
import { connectTransport } from './transport/connect.ts';
import type { Transport, TransportOptions } from './transport/transport.ts';

/** How to reach one pool, and as whom. */
export interface PoolOptions {
  readonly endpoint: PoolEndpoint;
  readonly session: SessionOptions;
  readonly transport?: TransportOptions;
}

/** What a link needs besides its pool. */
export interface PoolLinkOptions {
  readonly pool: PoolOptions;
  readonly emit: Emit;
  /**
   * Called for each job that may be worked on. It is proven once the pool has let the worker in, or accepted a share; the job at hand comes again then. A pool
   * that does not say whether it has counts as proven after the time for authorize.
   */
  readonly onJob: (job: Job, isProven: boolean) => void;
  readonly payout?: PayoutCheck;
  /** The easiest network target that a job may have. @default any */
  readonly powLimit?: bigint | undefined;
  /** How long to stay away from a pool that does not want this worker, or that pays somebody else, milliseconds. */
  readonly unwantedMs: number;
}

/** How a connection ended. */
export interface LinkEnd {
  /** A sentence for people. */
  readonly reason: string;
  /** The least time until the next connection, milliseconds: the pool asked for it, or would only refuse again. */
  readonly waitMs: number;
  /** Where the pool wants the miner to go. */
  readonly redirect?: { readonly host: string | undefined; readonly port: number | undefined };
  /** True when the pool gave work on this connection. */
  readonly worked: boolean;
  /** True when shares that are found from here on may count once there is a connection again. */
  readonly resumable: boolean;
}

/** A pool that can be connected to again and again. */
export interface PoolLink {
  /** Connects and stays until the connection ends, the pool is given up, or `signal` aborts. */
  run(signal: AbortSignal, endpoint?: PoolEndpoint): Promise<LinkEnd>;
  /** True while there is a connection. */
  isOpen(): boolean;
  /** The last job of the present connection that may be worked on. */
  job(): Job | undefined;
  /** Sends a share of one of this pool's jobs, in the same turn of the event loop; its verdict comes exactly once. */
  submit(share: FoundShare): Promise<ShareVerdict>;
  /** Shares without an answer will not get one. */
  end(): void;
}

/** Texts of one connection for the user; a pool that sends more fills logs. */
const MAX_MESSAGES = 100;

/** Why a connection is closed; `unwanted` where the pool does not want this worker, or must not get it. */
type Closing = Omit<LinkEnd, 'worked' | 'resumable'> & { readonly unwanted?: true };

/** The state of one connection. */
interface Connection {
  transport: Transport | undefined;
  end: Closing | undefined;
  /** The last job that may be worked on. */
  job: Job | undefined;
  /** The pool has let the worker in, or counts as if it had. */
  isProven: boolean;
  messages: number;
}

/** A link that is not yet connected. */
export function createPoolLink(options: PoolLinkOptions): PoolLink {
  const session = createSession(options.pool.session);
  const verdicts = createVerdicts();
  let connection: Connection | undefined;
  const step: Step = (occurrence) => {
    const { send, events, deadlineMs } = session.step({ ...occurrence, nowMs: performance.now() });
    for (const line of send) connection?.transport?.send(line);
    for (const event of events) {
      if (event.type === 'verdict') verdicts.settle(event);
      if (connection !== undefined) heed(event, connection, options);
    }
    alarm.set(deadlineMs);
  };
  const alarm = createAlarm(() => step({ type: 'time' }));
  return {
    async run(signal, endpoint = options.pool.endpoint) {
      const current = createConnection();
      connection = current;
      try {
        await listen(current, step, endpoint, () =>
          connectTransport(endpoint, transportOptions(options), signal),
        );
      } catch (error) {
        if (!signal.aborted) current.end ??= { reason: reasonOf(error), waitMs: 0 };
      } finally {
        connection = undefined;
        step({ type: 'closed' }); // at once: a share found from here on was not sent
        await current.transport?.close();
      }
      return endOf(current, session.canResume());
    },
    isOpen: () => connection?.transport !== undefined,
    job: () => (connection?.end === undefined ? connection?.job : undefined),
    submit: (share) => verdicts.of(share, () => step({ type: 'share', share })),
    end() {
      step({ type: 'ended' });
      alarm.set(undefined);
    },
  };
}

/** Something happens to the session, now. */
type Step = (occurrence: SessionOccurrence) => void;

const createConnection = (): Connection => ({
  transport: undefined,
  end: undefined,
  job: undefined,
  isProven: false,
  messages: 0,
});

/** Connects, and gives every line to the session until the connection ends. */
async function listen(
  connection: Connection,
  step: Step,
  endpoint: PoolEndpoint,
  connect: () => Promise<Transport>,
): Promise<void> {
  const pace = createNotifyPace((line) => step({ type: 'line', line }));
  try {
    connection.transport = await connect();
    step({ type: 'opened', host: endpoint.host });
    for await (const line of connection.transport.lines) {
      pace.push(line);
      if (connection.end !== undefined) return;
    }
  } finally {
    pace.close();
  }
}

function endOf({ end, job }: Connection, canResume: boolean): LinkEnd {
  const { unwanted = false, ...told } = end ?? { reason: 'The connection was closed.', waitMs: 0 };
  return { ...told, worked: job !== undefined, resumable: !unwanted && canResume };
}

/** Verdicts that are waited for: a share that is handed in twice is sent once, and has one. */
function createVerdicts() {
  const waiting = new Map<FoundShare, Waiting>();
  return {
    /** The verdict of a share, which `send` brings on its way. */
    of(share: FoundShare, send: () => void): Promise<ShareVerdict> {
      const known = waiting.get(share);
      if (known !== undefined) return known.verdict;
      let resolve!: Waiting['resolve'];
      const verdict = new Promise<ShareVerdict>((settle) => {
        resolve = settle;
      });
      waiting.set(share, { verdict, resolve });
      send();
      return verdict;
    },
    settle({ share, verdict }: { readonly share: FoundShare; readonly verdict: ShareVerdict }): void {
      waiting.get(share)?.resolve(verdict);
      waiting.delete(share);
    },
  };
}

interface Waiting {
  readonly verdict: Promise<ShareVerdict>;
  resolve(verdict: ShareVerdict): void;
}

/** Does what an event of the session asks for. */
function heed(event: SessionEvent, connection: Connection, options: PoolLinkOptions): void {
  const { emit, unwantedMs } = options;
  switch (event.type) {
    case 'job':
      offer(event.job, connection, options);
      break;
    case 'authorized':
    case 'authorize-unanswered':
      prove(connection, options);
      break;
    case 'verdict':
      if (event.verdict.outcome === 'accepted') prove(connection, options);
      break;
    case 'unauthorized':
      close(connection, {
        reason: `The pool refuses this worker: ${event.reason}.`,
        waitMs: unwantedMs,
        unwanted: true,
      });
      break;
    case 'dead':
      close(connection, { reason: event.reason, waitMs: 0 });
      break;
    case 'reconnect': {
      const { host, port, waitMs } = event;
      close(connection, { reason: 'The pool asked for a new connection.', waitMs, redirect: { host, port } });
      break;
    }
    case 'message':
      if (connection.messages++ < MAX_MESSAGES) emit({ type: 'pool-message', text: event.text });
      break;
    case 'warning':
      emit({ type: 'warning', message: event.message });
      break;
  }
}

/** The pool has let the worker in, or has not said for long whether it does, or takes its shares, which says the same. */
function prove(connection: Connection, { onJob }: PoolLinkOptions): void {
  if (connection.isProven || connection.end !== undefined) return;
  connection.isProven = true;
  if (connection.job !== undefined) onJob(connection.job, true);
}

/** A job goes to the miner, unless its coinbase pays the wrong one or its blocks could not be of this network. */
function offer(job: Job, connection: Connection, options: PoolLinkOptions): void {
  if (connection.end !== undefined) return;
  const reason = tooEasy(job, options) ?? options.payout?.(job);
  if (reason !== undefined) {
    close(connection, { reason, waitMs: options.unwantedMs, unwanted: true });
    return;
  }
  connection.job = job;
  options.onJob(job, connection.isProven);
}

/** With such a target a pool could make a "block" of every second hash, and the journal keeps them all. */
function tooEasy({ nBits, networkTarget }: Job, { powLimit }: PoolLinkOptions): string | undefined {
  if (powLimit === undefined || networkTarget <= powLimit) return undefined;
  const limit = bitsToHex(bitsFromTarget(powLimit));
  return (
    `Expected jobs with nBits of ${limit} or harder, the limit of this network, received ${bitsToHex(nBits)}. ` +
    'Pass the --network that the pool mines on, or choose another pool.'
  );
}

function close(connection: Connection, end: Closing): void {
  connection.end ??= end;
  void connection.transport?.close();
}

/** One timer that is moved only when it would be late: ringing early does no harm, and most lines move the deadline back. */
function createAlarm(ring: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let atMs = Number.POSITIVE_INFINITY;
  return {
    set(deadlineMs = Number.POSITIVE_INFINITY) {
      if (timer !== undefined && atMs <= deadlineMs && deadlineMs !== Number.POSITIVE_INFINITY) return;
      clearTimeout(timer);
      timer = undefined;
      atMs = deadlineMs;
      if (deadlineMs === Number.POSITIVE_INFINITY) return;
      timer = setTimeout(() => {
        timer = undefined;
        ring();
      }, deadlineMs - performance.now());
      timer.unref();
    },
  };
}

function transportOptions({ pool, emit }: PoolLinkOptions): TransportOptions {
  return { onWarning: (message) => emit({ type: 'warning', message }), ...pool.transport };
}

/** What a pool does is an error with a code; anything else is a defect of this program. */
function reasonOf(error: unknown): string {
  if (isHashgapError(error)) return error.message;
  throw error;
}
