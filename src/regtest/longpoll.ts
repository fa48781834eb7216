/** Long polling: a template request that is answered when the work changes (BIP 22). */
import { readHash } from './rpc-arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';
import type { RpcContext } from './rpc-method.ts';

/** bitcoind looks for changes other than a new tip after a minute, and then every ten seconds; milliseconds. */
const FIRST_CHECK_MS = 60_000;
const NEXT_CHECK_MS = 10_000;

/**
 * Waits until the tip is not the one `longpollid` names, or until the counter behind it differs at a check. An id that is
 * not a string waits for the tip to change.
 *
 * @param gone - aborts when the client has hung up.
 * @throws {RpcError} -8 for a malformed id, -9 when the node stops meanwhile.
 */
export async function waitForNewWork(
  context: RpcContext,
  longpollid: unknown,
  gone: AbortSignal,
): Promise<void> {
  const { chain, stopping } = context;
  const isText = typeof longpollid === 'string';
  const watched = isText ? readHash(longpollid.slice(0, 64), 'longpollid') : chain.tip.hash;
  // LocaleIndependentAtoi: what does not start with a number counts as 0.
  const counter = isText ? Number.parseInt(longpollid.slice(64), 10) || 0 : chain.tipUpdates;
  const ended = AbortSignal.any([stopping, gone]);
  for (let waitMs = FIRST_CHECK_MS; chain.tip.hash === watched && !ended.aborted; waitMs = NEXT_CHECK_MS) {
    await nextTip(context, waitMs, ended);
    if (chain.tipUpdates !== counter) break;
  }
  if (stopping.aborted) throw new RpcError(RPC.clientNotConnected, 'Shutting down');
}

/** Resolves at the next tip, after `waitMs`, or when `ended` aborts, whichever comes first. */
function nextTip({ chain }: RpcContext, waitMs: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      unsubscribe();
      ended.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, waitMs);
    const unsubscribe = chain.onTip(finish);
    ended.addEventListener('abort', finish);
  });
}
