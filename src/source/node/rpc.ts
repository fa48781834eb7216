/** A JSON-RPC client for bitcoind over HTTP: one call, one answer, every failure a distinct error. */
import http from 'node:http';
import https from 'node:https';
import { HashgapError } from '../../errors.ts';
import type { Credentials } from './credentials.ts';

/** How a call may be bounded. */
export interface CallOptions {
  /** Milliseconds of silence until the call is given up; 0 waits for ever, but for the connection. @default 30_000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A node to call. */
export interface RpcClient {
  readonly url: string;
  /**
   * Calls one method.
   *
   * @throws {HashgapError} `NODE_UNREACHABLE` (no answer), `NODE_AUTH` (401 or 403, after reading the cookie anew), `NODE_NOT_JSON`
   * (an answer that is not JSON-RPC), `NODE_RPC` (the node's own error: its number is in `details.rpcCode`), `COOKIE_UNREADABLE`.
   */
  call(method: string, params?: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Closes idle connections. */
  close(): void;
}

/** The largest answer read, bytes: a full block in verbose JSON stays below. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * A client for the node at `url`.
 *
 * @param url - such as `http://127.0.0.1:18443`; a path chooses a wallet.
 */
export function createRpcClient(url: URL, credentials: Credentials): RpcClient {
  const { Agent } = url.protocol === 'https:' ? https : http;
  const kept = new Agent({ keepAlive: true, maxSockets: 16 });
  const endpoint: Endpoint = { url, kept, fresh: new Agent(), isClosed: false };
  let nextId = 0;
  return {
    url: url.href,
    close() {
      endpoint.isClosed = true; // what fails from here on was ended, and not closed by the node
      kept.destroy();
      endpoint.fresh.destroy();
    },
    async call(method, params = [], options = {}) {
      const body = JSON.stringify({ jsonrpc: '1.0', id: nextId++, method, params });
      const message = (authorization: string): Message => ({ method, body, authorization });
      const authorization = await credentials.authorization().catch(async (missing: unknown) => {
        await post(endpoint, message(''), options); // fails when nobody is there, which is the better thing to tell
        throw missing;
      });
      let answer = await post(endpoint, message(authorization), options);
      if (isRefusal(answer.status) && credentials.renew()) {
        answer = await post(endpoint, message(await credentials.authorization()), options); // a restarted node wrote a new cookie
      }
      if (isRefusal(answer.status)) throw refused(url, answer.status, credentials.source);
      return resultOf(url, method, answer);
    },
  };
}

interface Endpoint {
  readonly url: URL;
  /** Keeps connections. */
  readonly kept: http.Agent;
  /** Opens one for each call. */
  readonly fresh: http.Agent;
  isClosed: boolean;
}

interface Message {
  readonly method: string;
  readonly body: string;
  readonly authorization: string;
}

function post(
  endpoint: Endpoint,
  message: Message,
  options: CallOptions,
  agent = endpoint.kept,
): Promise<Answer> {
  const { url } = endpoint;
  const { method, body, authorization } = message;
  const { timeoutMs = 30_000, signal } = options;
  const { request: send } = url.protocol === 'https:' ? https : http;
  const headers = {
    authorization,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', agent, headers, ...(signal ? { signal } : {}) });
    const fail = (cause: Error) => reject(unreachable(url, cause));
    boundSilence(request, timeoutMs);
    const isHeard = listenForAnswer(request);
    request.on('error', (cause) => {
      const wasClosedIdle = request.reusedSocket && isClosed(cause) && !isHeard();
      if (!wasClosedIdle || !REPEATABLE.test(method) || endpoint.isClosed) return fail(cause);
      post(endpoint, message, options, endpoint.fresh).then(resolve, reject);
    });
    request.on('response', (response) => {
      readAnswer(response).then(resolve, fail);
    });
    request.end(body);
  });
}

/** The longest wait for a connection, milliseconds: time for four SYNs, where the system would go on for minutes. */
const CONNECT_MS = 10_000;

/**
 * Ends a request that gets no connection, or then hears nothing for `timeoutMs`. The wait for the connection has a clock of its own, as
 * Node's starts only with the connection. Neither bounds the whole call: a large answer over a slow link may take its time.
 */
function boundSilence(request: http.ClientRequest, timeoutMs: number): void {
  const endAfter = (ms: number) => () =>
    request.destroy(new Error(`no answer came within ${Number((ms / 1000).toPrecision(2))} s`));
  if (timeoutMs > 0) request.setTimeout(timeoutMs, endAfter(timeoutMs));
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    const connectMs = Math.min(timeoutMs || CONNECT_MS, CONNECT_MS);
    const timer = setTimeout(endAfter(connectMs), connectMs);
    const stop = () => clearTimeout(timer);
    socket.once('connect', stop);
    request.once('close', stop);
  });
}

/** Tells whether any byte of an answer has come; a kept connection has already counted those of earlier ones. */
function listenForAnswer(request: http.ClientRequest): () => boolean {
  let before = 0;
  request.once('socket', (socket) => {
    before = socket.bytesRead;
  });
  return () => (request.socket?.bytesRead ?? 0) > before;
}

/**
 * Methods that may be called twice for one answer. bitcoind closes a connection that was idle for 30 s, so a call every 30 s meets that very
 * moment, and is made again. A second submitblock of one block is answered `duplicate`, and then the chain decides; a payment would be made twice.
 */
const REPEATABLE = /^(get|submitblock$)/;

/** True when the other side closed the connection. */
const isClosed = ({ code = '' }: NodeJS.ErrnoException) => code === 'ECONNRESET' || code === 'EPIPE';

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
}

const isRefusal = (status: number) => status === 401 || status === 403;

function resultOf(url: URL, method: string, answer: Answer): unknown {
  const envelope = parseEnvelope(answer.text);
  if (envelope === undefined) {
    if (answer.status === 503) throw unreachable(url, new Error('it answered HTTP 503, too busy'), 503);
    throw new HashgapError(
      'NODE_NOT_JSON',
      `Expected a JSON-RPC answer from ${url.href}, received HTTP ${answer.status} with ${describe(answer.text)}. ` +
        'Check that --node names the RPC port of bitcoind.',
      { details: { url: url.href, status: answer.status } },
    );
  }
  if (envelope.error === null || envelope.error === undefined) return envelope.result;
  const { code, message } = envelope.error as { code?: unknown; message?: unknown };
  throw new HashgapError('NODE_RPC', `The node answered ${method} with error ${code}: ${message}.`, {
    details: { method, rpcCode: code, rpcMessage: message },
  });
}

function parseEnvelope(text: string): { result?: unknown; error?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isEnvelope = typeof value === 'object' && value !== null && ('result' in value || 'error' in value);
    return isEnvelope ? value : undefined;
  } catch {
    return undefined;
  }
}

function describe(text: string): string {
  if (text.length === 0) return 'an empty body';
  const start = text
    .slice(0, 40)
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '?');
  return /^\s*</.test(text)
    ? `an HTML page ("${start}")`
    : `${text.length} bytes that are no JSON-RPC ("${start}")`;
}

function unreachable(url: URL, cause: Error, status?: number): HashgapError {
  const { reason, next } = reasonOf(url, cause);
  return new HashgapError(
    'NODE_UNREACHABLE',
    `Expected a node at ${url.href}, but ${reason}. ${next ?? 'Start bitcoind with -server, or pass its address with --node.'}`,
    { details: { url: url.href, status }, cause },
  );
}

/** What a failed connection means, and the next step where it is another one than usual. */
function reasonOf(
  url: URL,
  { code = '', message }: NodeJS.ErrnoException,
): { reason: string; next?: string } {
  if (code === 'ECONNREFUSED') return { reason: 'the connection was refused' };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { reason: `the name ${url.hostname} is not known` };
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return { reason: 'that port does not speak TLS', next: 'Pass http:// instead of https://.' };
  if (/CERT|SELF_SIGNED|ISSUER/.test(code))
    return {
      reason: `its certificate is not trusted (${code})`,
      next: 'Set NODE_EXTRA_CA_CERTS to the file of its authority.',
    };
  return { reason: message };
}

function refused(url: URL, status: number, source: string): HashgapError {
  return new HashgapError(
    'NODE_AUTH',
    `Expected ${url.href} to accept the credentials from ${source}, received HTTP ${status}. ` +
      'Pass the cookie file of this node with --cookie, or --rpc-user and --rpc-password-file.',
    { details: { url: url.href, status, source } },
  );
}
