/** A proxy on real sockets between the program and a node: it sees each call, and chooses what comes back and when. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { RealNode } from '../support/bitcoind.ts';

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What the miner gets: an answer, one cut off in the middle, a reset connection, or nothing at all. */
export type Reply = Answer | { readonly cutShort: string } | 'reset' | 'silence';

/** A call on its way to the node. */
export interface ProxiedCall {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Hands the call to the node; the answer is the node's own. */
  forward(): Promise<Answer>;
}

/** A running proxy; it has the node's cookie, so it can stand where the node stands. */
export interface Proxy {
  readonly url: string;
  readonly cookiePath: string;
  /** The methods called so far, oldest first. */
  readonly methods: readonly string[];
}

/** Starts a proxy in front of `node` that asks `reply` about each call and stops with the test. */
export async function startProxy(
  node: RealNode,
  reply: (call: ProxiedCall) => Promise<Reply>,
): Promise<Proxy> {
  const methods: string[] = [];
  const respond = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await readAll(incoming);
    const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
    methods.push(method);
    const gone = new AbortController(); // when the miner goes, the node hears of it
    response.on('close', () => gone.abort());
    const forward = () => post(node.port, incoming, body, gone.signal);
    write(await reply({ method, params, forward }), incoming, response);
  };
  const server = createServer((incoming, response) => {
    respond(incoming, response).catch(() => incoming.socket.destroy()); // the miner or the node went away
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, cookiePath: node.cookiePath, methods };
}

function post(port: number, incoming: IncomingMessage, body: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: incoming.headers.authorization ?? '' };
    const sent = request(
      { host: '127.0.0.1', port, method: 'POST', headers, agent: false, signal },
      (response) => {
        readAll(response).then((text) => resolve({ status: response.statusCode ?? 0, body: text }), reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function write(reply: Reply, incoming: IncomingMessage, response: ServerResponse): void {
  if (reply === 'silence') return;
  if (reply === 'reset') {
    incoming.socket.resetAndDestroy();
  } else if ('cutShort' in reply) {
    response.writeHead(200, { 'content-length': reply.cutShort.length + 1 });
    response.write(reply.cutShort, () => incoming.socket.destroy());
  } else {
    response.writeHead(reply.status, { 'content-length': Buffer.byteLength(reply.body) }).end(reply.body);
  }
}
