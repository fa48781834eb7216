/** The getblocktemplate source: one longpoll kept open, a refresh beside it, and patience with a node that is down. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkName } from '../../bitcoin/network.ts';
import type { Emit } from '../../events.ts';
import type { Job } from '../../work/job.ts';
import type { JobSource } from '../../work/ports.ts';
import { jobExtranonce1, jobFromTemplate, type Payout } from './job.ts';
import { createMailbox } from './mailbox.ts';
import { createPatience } from './patience.ts';
import type { RpcClient } from './rpc.ts';
import { parseTemplate, type Template } from './template.ts';

/** What the source needs. */
export interface NodeSourceOptions {
  readonly rpc: RpcClient;
  readonly network: NetworkName;
  readonly payout: Payout;
  /** 4 random bytes: keeps two miners on one node from hashing the same headers. */
  readonly session: Uint8Array;
  readonly emit: Emit;
  /** Milliseconds between refreshes, for new fees and the node's time. @default 30_000 */
  readonly refreshMs?: number;
  /** Milliseconds between tries while the node is down: the first wait; it doubles up to `maxRetryMs`. @default 250 */
  readonly retryMs?: number;
  /** @default 5_000 */
  readonly maxRetryMs?: number;
}

/** Rules a client of this network must name (BIP 145, BIP 325). */
export function templateRules(network: NetworkName): readonly string[] {
  return network === 'signet' ? ['segwit', 'signet'] : ['segwit'];
}

/**
 * Jobs from a node. The tip is told by its hash, never by the height: a reorganisation can keep the height.
 *
 * The longpoll is not given up for a refresh: bitcoind holds one of its few RPC threads for each longpoll until the tip moves, even
 * after the client has gone. It is given up only when a refresh saw the tip move and the longpoll did not: then its connection is dead.
 */
export function createNodeSource(options: NodeSourceOptions): JobSource {
  const { rpc, network, payout, session, refreshMs = 30_000 } = options;
  let jobNumber = 0;
  let refreshNow = () => {};

  async function fetchTemplate(longpollid: string | undefined, signal: AbortSignal): Promise<Template> {
    const request = {
      capabilities: ['longpoll', 'coinbasevalue'],
      rules: templateRules(network),
      longpollid,
    };
    const timeoutMs = longpollid === undefined ? 30_000 : 0;
    return parseTemplate(await rpc.call('getblocktemplate', [request], { signal, timeoutMs }));
  }

  async function* jobs(outer: AbortSignal): AsyncGenerator<Job, void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([outer, stop.signal]);
    const patience = createPatience({ ...options, source: rpc.url });
    const mailbox = createMailbox<Job>((unread, latest) => ({
      ...latest,
      cleanJobs: latest.cleanJobs || unread.cleanJobs,
    }));
    let current: Template | undefined;
    let longpoll = new AbortController();
    let onAdopted = () => {};

    const adopt = (template: Template) => {
      const clean = template.previousblockhash !== current?.previousblockhash;
      mailbox.put(jobFromTemplate(template, payout, jobExtranonce1(session, jobNumber++), clean));
      current = template;
      onAdopted();
    };

    const nextAdoption = (until: AbortSignal) =>
      new Promise<void>((resolve) => {
        onAdopted = resolve;
        until.addEventListener('abort', () => resolve(), { once: true });
      });

    const refreshLoop = async () => {
      while (!signal.aborted) {
        const asked = new AbortController(); // from here on: a wish that comes during the call is for a later answer
        refreshNow = () => asked.abort();
        await patience.until(signal, async () => {
          const before = current;
          const template = await fetchTemplate(undefined, signal);
          const moved = template.previousblockhash !== current?.previousblockhash;
          if (moved && current !== before) return; // a longpoll came back meanwhile: this answer may be the older one
          adopt(template);
          if (moved) longpoll.abort();
        });
        await pause(Math.min(MIN_REFRESH_MS, refreshMs), signal);
        await pause(refreshMs - MIN_REFRESH_MS, AbortSignal.any([signal, asked.signal]));
      }
    };

    const longpollLoop = async () => {
      while (!signal.aborted) {
        const watched = current;
        longpoll = new AbortController();
        const patient = AbortSignal.any([signal, longpoll.signal]);
        if (watched?.longpollid === undefined) await nextAdoption(patient);
        else
          await patience.until(
            patient,
            async () => adopt(await fetchTemplate(watched.longpollid, patient)),
            () => refreshNow(),
          );
      }
    };

    const loops = Promise.all([refreshLoop(), longpollLoop()]).finally(() => mailbox.close());
    try {
      yield* mailbox.items();
    } finally {
      stop.abort();
      await loops;
    }
  }

  return { jobs, refresh: () => refreshNow() };
}

/** However often a refresh is asked for, the node is not asked more often than this, milliseconds. */
const MIN_REFRESH_MS = 1_000;

/** Resolves after `ms`, or at the abort. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => {});
}
