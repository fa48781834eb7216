/** The last things worth a sentence: warnings, what the pool says, refused shares; the same thing twice is counted, not repeated. */
import type { MinerEvent } from '../../events.ts';
import { safeText } from '../text.ts';

/** One sentence. */
export interface Message {
  readonly atMs: number;
  readonly kind: 'news' | 'pool' | 'warning' | 'error';
  readonly text: string;
  /** How often it came in a row. */
  readonly count: number;
}

/** More than any screen shows. */
const KEPT = 30;

/** The messages with one more. */
export function addMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const last = messages.at(-1);
  if (last !== undefined && last.kind === message.kind && last.text === message.text)
    return [...messages.slice(0, -1), { ...message, count: last.count + message.count }];
  return [...messages, message].slice(-KEPT);
}

/** What an event says in a sentence, if it is worth one. */
export function messageOf(event: MinerEvent): Message | undefined {
  const told = sentenceOf(event);
  if (told === undefined) return undefined;
  return { atMs: event.atMs, kind: told[0], text: safeText(withoutUser(told[1])), count: 1 };
}

function sentenceOf(event: MinerEvent): [Message['kind'], string] | undefined {
  switch (event.type) {
    case 'warning':
      return ['warning', event.message];
    case 'engine-lost':
      return ['error', `engine ${event.engine} failed, the others go on: ${event.message}`];
    case 'hardware-error':
      return ['error', `hardware error: kernel ${event.kernel} claimed a hash that is none`];
    case 'pool-message':
      return ['pool', event.text];
    case 'source-up':
      return ['news', `connected to ${event.source}`];
    case 'source-down':
      return ['warning', `no work from ${event.source}: ${event.reason}`]; // another may have some
    case 'recovered':
      return ['news', `block ${event.height ?? '?'} was found by an earlier run: submitting it again`];
    case 'share-verdict':
      return event.verdict.outcome === 'rejected'
        ? ['warning', `share rejected (${event.verdict.class}): ${event.verdict.reason}`]
        : undefined;
    default:
      return undefined;
  }
}

/**
 * A text without the users and passwords that some put in addresses.
 *
 * @example
 * ```ts
 * withoutUser('stratum+tcp://ann:secret@pool:3333'); // 'stratum+tcp://pool:3333'
 * ```
 */
export function withoutUser(text: string): string {
  return text.replace(/:\/\/[^\s/]*@/g, '://');
}
