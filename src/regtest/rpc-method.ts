/** What an RPC method is, and what it works on. */
import type { Chain } from './chain.ts';
import type { MethodSpec } from './rpc-arguments.ts';

/** What methods work on. */
export interface RpcContext {
  readonly chain: Chain;
  /** The clock, Unix seconds. */
  readonly now: () => number;
  /** When the node was started, Unix seconds. */
  readonly startedAt: number;
  /** Aborts when the node stops: whatever waits must answer. */
  readonly stopping: AbortSignal;
  /** Ends the node once the call that asked for it has been answered. */
  readonly stop: () => void;
  /** Whether a template has been handed out: getmininginfo tells of the last one. */
  readonly mining: { templateMade: boolean };
}

/** One RPC method. */
export interface RpcMethod extends MethodSpec {
  /**
   * Answers a call.
   *
   * @param gone - aborts when the client has hung up.
   * @throws {RpcError} to answer with an error.
   */
  readonly call: (context: RpcContext, values: readonly unknown[], gone: AbortSignal) => unknown;
}
