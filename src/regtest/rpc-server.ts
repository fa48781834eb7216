/** The HTTP server under JSON-RPC: loopback only, Basic authentication with a cookie, bounded requests. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HashgapError } from '../errors.ts';
import type { RpcReply } from './rpc-envelope.ts';

/** bitcoind's limits on a request: 8 KiB of headers, 32 MiB of body. */
const MAX_HEADER_BYTES = 8192;
const MAX_BODY_BYTES = 0x02000000;

/** How long a client may take to send a request, and a connection may stay idle (`-rpcservertimeout`), milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** What a wrong password costs whoever guesses, milliseconds. */
const WRONG_PASSWORD_DELAY_MS = 250;

/** How long clients have to read their last answers when the server closes, milliseconds. */
const CLOSE_GRACE_MS = 1000;

/** libevent passes these on; it answers every other method with 501 itself. */
const KNOWN_METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE'];

/** The type libevent gives an answer that names none. */
const DEFAULT_TYPE = 'text/html; charset=ISO-8859-1';

/** What the server needs. */
export interface RpcServerOptions {
  /** TCP port on 127.0.0.1, 0 for any free one. */
  readonly port: number;
  /** `user:password` that clients must send. */
  readonly credentials: string;
  /** Answers a request's body; `gone` aborts when the client hangs up. */
  readonly answer: (body: string, gone: AbortSignal) => Promise<RpcReply>;
}

/** A server that listens. */
export class RpcServer {
  /** The TCP port it listens on. */
  readonly port: number;
  readonly #server: Server;
  readonly #options: RpcServerOptions;
  /** Calls that have been read and not yet answered. */
  readonly #answering = new Set<Promise<void>>();
  #isClosing = false;

  private constructor(server: Server, options: RpcServerOptions) {
    this.port = (server.address() as AddressInfo).port;
    this.#options = options;
    this.#server = server;
    this.#server.on('request', (request, response) => {
      this.#respond(request, response).catch(() => response.destroy()); // the client hung up while sending
    });
  }

  /**
   * Listens on 127.0.0.1.
   *
   * @throws {HashgapError} `PORT_UNAVAILABLE` when the port cannot be had.
   */
  static async start(options: RpcServerOptions): Promise<RpcServer> {
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: REQUEST_TIMEOUT_MS,
    });
    await listen(server, options.port);
    return new RpcServer(server, options);
  }

  /** Stops listening, lets the calls under way be answered, and resolves when every connection is closed. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const patience = new AbortController();
    const answered = Promise.allSettled(this.#answering);
    // A client that does not read its answer must not keep the node from ending.
    await Promise.race([
      answered,
      delay(CLOSE_GRACE_MS, undefined, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
    this.#server.closeAllConnections();
    await closed;
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort()); // from the start: a client may hang up at any time
    const refusal = refuse(request);
    if (refusal !== undefined) return send(response, refusal);
    const access = checkAccess(request.headers.authorization, this.#options.credentials);
    if (access !== 'granted') {
      if (access === 'wrong') await delay(WRONG_PASSWORD_DELAY_MS);
      response.setHeader('WWW-Authenticate', 'Basic realm="jsonrpc"');
      return send(response, { status: 401, text: '' });
    }
    const body = await readBody(request);
    if (body === undefined) return send(response, { status: 413, text: '' });
    const answering = this.#answer(body, response, gone.signal).finally(() =>
      this.#answering.delete(answering),
    );
    this.#answering.add(answering);
    await answering;
  }

  /** Resolves when the operating system has the whole answer, or the client is gone. */
  async #answer(body: string, response: ServerResponse, gone: AbortSignal): Promise<void> {
    const reply = await this.#options.answer(body, gone);
    if (gone.aborted) return;
    if (reply.body !== undefined) response.setHeader('Content-Type', 'application/json');
    if (this.#isClosing) response.setHeader('Connection', 'close');
    const sent = once(gone, 'abort');
    send(response, { status: reply.status, text: reply.body ?? '' });
    await sent;
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program is using it' : error.message;
      const message = `Expected to listen on 127.0.0.1:${port}, but ${why}. Choose another port, or 0 for any free one.`;
      reject(new HashgapError('PORT_UNAVAILABLE', message, { details: { port }, cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

interface PlainReply {
  readonly status: number;
  readonly text: string;
}

/** What is wrong with a request before anybody asks who sent it. */
function refuse({ method, url }: IncomingMessage): PlainReply | undefined {
  if (!KNOWN_METHODS.includes(method ?? '')) return { status: 501, text: '' };
  // bitcoind with a wallet serves every method below /wallet/ as well.
  if (url !== '/' && !url?.startsWith('/wallet/')) return { status: 404, text: '' };
  return method === 'POST' ? undefined : { status: 405, text: 'JSONRPC server handles only POST requests' };
}

function checkAccess(header: string | undefined, credentials: string): 'granted' | 'missing' | 'wrong' {
  if (header === undefined) return 'missing';
  if (!header.startsWith('Basic ')) return 'wrong';
  // Hashes of equal length let the comparison take the same time whatever the guess was.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const sent = Buffer.from(header.slice('Basic '.length).trim(), 'base64').toString();
  return timingSafeEqual(digest(sent), digest(credentials)) ? 'granted' : 'wrong';
}

/** The whole body as text; undefined when it is longer than anybody may send. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, text }: PlainReply): void {
  if (!response.hasHeader('Content-Type') && status !== 204) response.setHeader('Content-Type', DEFAULT_TYPE);
  // A body that nobody reads would be taken for the next request on this connection.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  response.statusCode = status;
  response.end(text === '' ? undefined : text);
}
