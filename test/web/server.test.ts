/** The lab's server over real HTTP: types, security headers, methods, paths that lead elsewhere, a port that is taken. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabServer, startLabServer } from '../../src/web/server.ts';

let server: LabServer;
beforeAll(async () => {
  server = await startLabServer();
});
afterAll(() => server.close());

const get = (path: string, init: RequestInit = {}) => fetch(new URL(path, server.url), init);

/** The status of a path as it is, which `fetch` would tidy up. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ port: server.port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the page', () => {
  it('comes with everything it names, each with its type, and nothing inline', async () => {
    const page = await get('/');
    const html = await page.text();
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|\sstyle=|https?:/);
    const paths = [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => path!);
    const types = await Promise.all(paths.map(async (path) => (await get(path)).headers.get('content-type')));
    expect(types.sort()).toEqual([
      'image/svg+xml',
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
    ]);
  });

  it('has headers that let it load nothing but itself', async () => {
    for (const path of ['/', '/nothing']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|http|data:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    }
  });

  it('is found with a query, and by HEAD without a body', async () => {
    expect((await get('/?dark')).status).toBe(200);
    const head = await get('/', { method: 'HEAD' });
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000);
    expect(await head.text()).toBe('');
  });
});

describe('everything else', () => {
  it.each([
    '/nothing',
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/../../package.json',
    '/assets/..\\..\\package.json',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/__proto__',
    '/index.html%00',
  ])('%s is not there', async (path) => {
    expect(await statusOf(path)).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    const response = await get('/', { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });
});

describe('the server', () => {
  it('says which port is taken', async () => {
    await expect(startLabServer({ port: server.port })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: `Expected to listen on 127.0.0.1:${server.port}, but another program is using it. Choose another port, or 0 for any free one.`,
    });
  });

  it('says which address is not of this machine', async () => {
    await expect(startLabServer({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      message: expect.stringMatching(
        /^Expected to listen on 192\.0\.2\.1:0, but this machine does not have that address\. Choose one of its own/,
      ),
    });
  });

  const loopbacks = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address));
  it.skipIf(!loopbacks.includes('::1'))('listens on IPv6 (where this machine has it)', async () => {
    const other = await startLabServer({ host: '::1' });
    expect(other.url).toBe(`http://[::1]:${other.port}/`);
    expect((await fetch(other.url)).status).toBe(200);
    await other.close();
  });

  it('closes also while a browser keeps its connection', async () => {
    const other = await startLabServer();
    const socket = connect(other.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    await other.close();
    await gone;
  });

  it('serves what lies in a folder when it starts, whatever the type', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
    writeFileSync(join(folder, 'index.html'), 'here');
    writeFileSync(join(folder, 'x.bin'), 'bytes');
    const other = await startLabServer({ folder });
    writeFileSync(join(folder, 'later.html'), 'later');
    const response = await fetch(`${other.url}x.bin`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect((await fetch(`${other.url}later.html`)).status).toBe(404);
    await other.close();
    rmSync(join(folder, 'index.html'));
    await expect(startLabServer({ folder })).rejects.toThrow(/expected an index.html/);
    rmSync(folder, { recursive: true });
  });
});
