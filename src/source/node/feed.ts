/** The feed between the calls to a node and the miner: the template in force, and the jobs made from it. */
import type { Job } from '../../work/job.ts';
import { createMailbox } from '../mailbox.ts';
import { type CoinbaseTerms, jobExtranonce1, jobFromTemplate } from './job.ts';
import type { Template } from './template.ts';

/** What a feed makes jobs with. */
export interface FeedOptions {
  readonly payout: CoinbaseTerms;
  /** 4 random bytes: keeps two miners on one node from hashing the same headers. */
  readonly session: Uint8Array;
  /** Numbers the jobs of a session, across feeds. */
  readonly nextJobNumber: () => number;
}

/** Takes templates, gives jobs. */
export interface Feed {
  /** The template in force; undefined before the first. */
  current(): Template | undefined;
  /** True when `template` builds on another tip than the one in force: told by its hash, since a reorganisation can keep the height. */
  moves(template: Template): boolean;
  /** Puts a template in force. @throws {HashgapError} `TEMPLATE_INVALID`, `COINBASE_TOO_LONG` */
  adopt(template: Template): void;
  /** Resolves at the next adoption, or at the abort. */
  adoption(signal: AbortSignal): Promise<void>;
  /** The jobs; ends after {@link Feed.close}. */
  jobs(): AsyncGenerator<Job, void>;
  close(): void;
}

/** A feed without a template. */
export function createFeed({ payout, session, nextJobNumber }: FeedOptions): Feed {
  const mailbox = createMailbox<Job>((unread, latest) => ({
    ...latest,
    cleanJobs: latest.cleanJobs || unread.cleanJobs,
  }));
  let current: Template | undefined;
  let onAdopted = () => {};
  const moves = (template: Template) => template.previousblockhash !== current?.previousblockhash;
  return {
    current: () => current,
    moves,
    adopt(template) {
      const extranonce1 = jobExtranonce1(session, nextJobNumber());
      mailbox.put(jobFromTemplate(template, payout, extranonce1, moves(template)));
      current = template;
      onAdopted();
    },
    adoption: (signal) =>
      new Promise<void>((resolve) => {
        onAdopted = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    jobs: () => mailbox.items(),
    close: () => mailbox.close(),
  };
}
