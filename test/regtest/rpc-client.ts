/** A client for the RPC of either node: the embedded one or a real bitcoind. */
import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';

/** Where a node listens. */
export interface Endpoint {
  readonly port: number;
  readonly cookiePath: string;
}

/** One HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What may differ from an ordinary call. */
export interface HttpCall {
  readonly method?: string;
  readonly path?: string;
  /** `user:password`; undefined takes the cookie, null sends none. */
  readonly auth?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends `body` and returns whatever comes back. */
export async function http(endpoint: Endpoint, body: string, call: HttpCall = {}): Promise<HttpAnswer> {
  const cookie = call.auth === undefined ? await readFile(endpoint.cookiePath, 'utf8') : call.auth;
  const { method = 'POST', path = '/', headers = {} } = call;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: endpoint.port,
        method,
        path,
        headers,
        agent: false,
        ...(cookie && { auth: cookie }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What a call came to: its result, or the error's code, message and HTTP status. */
export type Outcome =
  | { readonly result: unknown }
  | { readonly code: number; readonly message: string; readonly status: number };

/** Calls a method and returns the result or the error, both as values to compare. */
export async function outcome(
  endpoint: Endpoint,
  method: string,
  ...params: readonly unknown[]
): Promise<Outcome> {
  const { status, body } = await http(endpoint, JSON.stringify({ id: 'test', method, params }));
  const { result, error } = JSON.parse(body);
  return error === null ? { result } : { code: error.code, message: error.message, status };
}

/** Calls a method that must succeed. */
export async function rpc<Result>(
  endpoint: Endpoint,
  method: string,
  ...params: readonly unknown[]
): Promise<Result> {
  const answer = await outcome(endpoint, method, ...params);
  if (!('result' in answer)) throw new Error(`${method}: ${answer.message} (code ${answer.code})`);
  return answer.result as Result;
}
