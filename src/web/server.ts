/** The server of the browser lab: a few files over HTTP, with headers that let the page load nothing but itself. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, isIPv6 } from 'node:net';
import { dirname } from 'node:path';
import { HashgapError } from '../errors.ts';
import { readSite, type Site, type SiteFile } from './site.ts';

/** How to start the server. */
export interface LabServerOptions {
  /** TCP port. @default 0, any free one */
  readonly port?: number | undefined;
  /** Address to listen on. @default 127.0.0.1: browsers offer WebGPU to this machine's own pages without TLS */
  readonly host?: string | undefined;
  /** The built page. @default the one of this package */
  readonly folder?: string | undefined;
}

/** A server that listens. */
export interface LabServer {
  /** Where the page is. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, closes every connection, and resolves when all is closed. */
  close(): Promise<void>;
}

/**
 * What every answer carries. No inline script or style and no other origin; nobody frames the page. The two cross-origin policies isolate
 * it, for which browsers give it clocks fine enough to measure with.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};

/**
 * Serves the browser lab until it is closed.
 *
 * @throws {HashgapError} `PORT_UNAVAILABLE` when the port or the address cannot be had.
 */
export async function startLabServer(options: LabServerOptions = {}): Promise<LabServer> {
  const host = options.host ?? '127.0.0.1';
  const site = readSite(options.folder ?? builtPage());
  const server = createServer((request, response) => respond(site, request, response));
  await listen(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${port}/`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `npm run compile` puts it beside the compiled program. */
function builtPage(): string {
  return dirname(createRequire(import.meta.url).resolve('#root/dist/lab/index.html'));
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program is using it. Choose another port, or 0 for any free one.',
  EADDRNOTAVAIL:
    'this machine does not have that address. Choose one of its own, or 0.0.0.0 for all of them.',
  EACCES: 'that port is for the system alone. Choose one above 1023, or 0 for any free one.',
};

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `Expected to listen on ${host}:${port}, but ${WHY[error.code ?? ''] ?? `${error.message}. Choose another port, or 0 for any free one.`}`;
      reject(new HashgapError('PORT_UNAVAILABLE', message, { details: { host, port }, cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

/** An answer before it is sent. */
interface Answer extends SiteFile {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function respond(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const { status, type, body, headers } = answerTo(site, request);
  response.writeHead(status, { ...HEADERS, ...headers, 'Content-Type': type, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function answerTo(site: Site, { method, url = '/' }: IncomingMessage): Answer {
  if (method !== 'GET' && method !== 'HEAD') {
    // A body that nobody reads would be taken for the next request on this connection.
    const headers = { Allow: 'GET, HEAD', Connection: 'close' };
    return { ...plain(405, 'Only GET and HEAD are answered here.\n'), headers };
  }
  const file = site.get(url.split('?', 1)[0]!);
  return file === undefined
    ? plain(404, 'There is no such file. The page is at /\n')
    : { ...file, status: 200 };
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: new TextEncoder().encode(text) };
}
