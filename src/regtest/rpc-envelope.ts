/** JSON-RPC over HTTP without the HTTP: bodies in, status and body out, in versions 1.0 and 2.0 as bitcoind has them. */
import { readArguments } from './rpc-arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';
import type { RpcContext, RpcMethod } from './rpc-method.ts';

/** What goes back over HTTP. An undefined body means none: the client sent notifications only. */
export interface RpcReply {
  readonly status: number;
  readonly body: string | undefined;
}

/** What a request has told of itself so far; needed even for one that turns out to be malformed. */
interface RequestHead {
  /** Undefined when the request names none, which in version 2.0 makes it a notification. */
  readonly id: unknown;
  readonly isVersion2: boolean;
}

interface Request extends RequestHead {
  readonly method: string;
  readonly params: unknown;
}

const UNKNOWN_HEAD: RequestHead = { id: null, isVersion2: false };

/** Runs methods by name. */
export type Dispatch = (method: string, params: unknown) => Promise<unknown>;

/** Runs the methods of `methods` on `context` for a client; `gone` aborts when it hangs up. */
export function dispatcher(
  methods: ReadonlyMap<string, RpcMethod>,
  context: RpcContext,
  gone: AbortSignal,
): Dispatch {
  return async (name, params) => {
    const method = methods.get(name);
    if (method === undefined) throw new RpcError(RPC.methodNotFound, 'Method not found');
    return method.call(context, readArguments(method, params), gone);
  };
}

/** Answers one HTTP body: a request or a batch (`HTTPReq_JSONRPC`). */
export async function answerBody(body: string, dispatch: Dispatch): Promise<RpcReply> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return errorReply(new RpcError(RPC.parseError, 'Parse error'), UNKNOWN_HEAD);
  }
  if (Array.isArray(parsed)) return answerBatch(parsed, dispatch);
  if (typeof parsed === 'object' && parsed !== null) return answerSingle(parsed, dispatch);
  return errorReply(new RpcError(RPC.parseError, 'Top-level object parse error'), UNKNOWN_HEAD);
}

async function answerSingle(value: object, dispatch: Dispatch): Promise<RpcReply> {
  let request: Request;
  try {
    request = readRequest(value);
  } catch (error) {
    return errorReply(asRpcError(error), readHead(value));
  }
  try {
    const result = await dispatch(request.method, request.params);
    return isNotification(request)
      ? { status: 204, body: undefined }
      : jsonReply(200, success(result, request));
  } catch (error) {
    // Version 2.0 keeps HTTP errors for HTTP; the older ones report a failed call as one.
    if (!request.isVersion2) return errorReply(asRpcError(error), request);
    return isNotification(request)
      ? { status: 204, body: undefined }
      : jsonReply(200, failure(error, request));
  }
}

/** A batch is answered in order and never fails as a whole. */
async function answerBatch(values: readonly unknown[], dispatch: Dispatch): Promise<RpcReply> {
  const answers: object[] = [];
  // bitcoind parses every item into one variable: an item that is no object is answered under the head before it.
  let head: RequestHead = UNKNOWN_HEAD;
  for (const value of values) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) head = readHead(value);
    const answer = await answerItem(value, head, dispatch);
    if (!isNotification(head)) answers.push(answer);
  }
  if (answers.length === 0 && values.length > 0) return { status: 204, body: undefined };
  return jsonReply(200, answers);
}

async function answerItem(value: unknown, head: RequestHead, dispatch: Dispatch): Promise<object> {
  try {
    const request = readRequest(value);
    return success(await dispatch(request.method, request.params), request);
  } catch (error) {
    return failure(error, head);
  }
}

function readHead(value: object): RequestHead {
  const { id, jsonrpc } = value as Record<string, unknown>;
  return { id, isVersion2: jsonrpc === '2.0' };
}

/** `JSONRPCRequest::parse`. */
function readRequest(value: unknown): Request {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RpcError(RPC.invalidRequest, 'Invalid Request object');
  }
  const { method, params } = value as Record<string, unknown>;
  if (method === undefined || method === null) throw new RpcError(RPC.invalidRequest, 'Missing method');
  if (typeof method !== 'string') throw new RpcError(RPC.invalidRequest, 'Method must be a string');
  if (params !== undefined && typeof params !== 'object') {
    throw new RpcError(RPC.invalidRequest, 'Params must be an array or object');
  }
  return { ...readHead(value), method, params };
}

const isNotification = ({ id, isVersion2 }: RequestHead): boolean => isVersion2 && id === undefined;

function success(result: unknown, { id, isVersion2 }: RequestHead): object {
  const version = isVersion2
    ? { jsonrpc: '2.0', result: result ?? null }
    : { result: result ?? null, error: null };
  return { ...version, ...(id === undefined ? {} : { id }) };
}

function failure(error: unknown, { id, isVersion2 }: RequestHead): object {
  const { code, message } = asRpcError(error);
  const version = isVersion2 ? { jsonrpc: '2.0' } : { result: null };
  return { ...version, error: { code, message }, ...(id === undefined ? {} : { id }) };
}

/** Anything unexpected is answered as bitcoind answers an exception: the node itself must go on. */
function asRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  return new RpcError(RPC.miscError, error instanceof Error ? error.message : String(error));
}

function errorReply(error: RpcError, head: RequestHead): RpcReply {
  const statuses = new Map<number, number>([
    [RPC.invalidRequest, 400],
    [RPC.methodNotFound, 404],
  ]);
  return jsonReply(statuses.get(error.code) ?? 500, failure(error, head));
}

function jsonReply(status: number, value: object): RpcReply {
  return { status, body: `${JSON.stringify(value)}\n` };
}
