/** An HTTP server that answers JSON-RPC the way a test scripts it: the failures that a healthy node never shows. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it came. */
export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly authorization: string | undefined;
}

/** What to answer: a result, an error of the node, or bytes of any kind. `hang` never answers. */
export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  | { readonly status: number; readonly body: string }
  | 'reset'
  | 'hang';

/** A running fake. */
export interface FakeNode {
  readonly url: string;
  readonly calls: Call[];
  close(): Promise<void>;
}

/** Starts a fake that asks `answer` about each call. */
export async function startFakeNode(answer: (call: Call) => Answer | Promise<Answer>): Promise<FakeNode> {
  const calls: Call[] = [];
  const server = createServer((request, response) => void respond(request, response));
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, params } = JSON.parse(body) as { method: string; params: unknown[] };
    const call = { method, params, authorization: request.headers.authorization };
    calls.push(call);
    write(await answer(call), request, response);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    calls,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function write(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  if ('status' in answer) {
    response.writeHead(answer.status).end(answer.body);
    return;
  }
  const envelope = { result: null, error: null, id: 0, ...answer };
  response.writeHead('error' in answer ? 500 : 200).end(JSON.stringify(envelope));
}

/** A template as bitcoind 29 gives it at height 1 of regtest. */
export const TEMPLATE = {
  capabilities: ['proposal'],
  version: 536870912,
  rules: ['csv', '!segwit', 'taproot'],
  vbavailable: {},
  vbrequired: 0,
  previousblockhash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
  transactions: [] as unknown[],
  coinbaseaux: {},
  coinbasevalue: 5000000000,
  longpollid: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e22061',
  target: '7fffff0000000000000000000000000000000000000000000000000000000000',
  mintime: 1296688603,
  mutable: ['time', 'transactions', 'prevblock'],
  noncerange: '00000000ffffffff',
  sigoplimit: 80000,
  sizelimit: 4000000,
  weightlimit: 4000000,
  curtime: 1795173114,
  bits: '207fffff',
  height: 1,
  default_witness_commitment: '6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9',
};
