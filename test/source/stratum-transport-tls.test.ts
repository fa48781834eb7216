/** C35, TLS: which certificates are believed, by authority, by pin and not at all, and in which words the others are refused. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTrust } from '../../src/source/stratum/transport/trust.ts';
import { startTcpServer, startTlsServer } from '../support/line-servers.ts';
import { createTestCa, type Identity, selfSigned } from '../support/test-ca.ts';
import { connectTo, readAll, take } from '../support/transports.ts';

const ca = createTestCa();
const HOUR_MS = 3_600_000;
const good = ca.issue({ names: ['localhost'], addresses: ['127.0.0.1'] });
const wrongHost = ca.issue({ names: ['other.example'] });
const expired = ca.issue({ from: new Date(Date.now() - 2 * HOUR_MS), to: new Date(Date.now() - HOUR_MS) });
const early = ca.issue({ from: new Date(Date.now() + HOUR_MS), to: new Date(Date.now() + 2 * HOUR_MS) });
const ownSignature = selfSigned();

let folder: string;
let caFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashgap-tls-'));
  caFile = join(folder, 'ca.pem');
  await writeFile(caFile, ca.cert);
});
afterAll(() => rm(folder, { recursive: true }));

/** A TLS pool that greets with a line, and counts the bytes that it is sent. */
async function pool(identity: Identity) {
  const seen = { bytes: 0, names: [] as unknown[] };
  const server = await startTlsServer(identity, (socket) => {
    seen.names.push((socket as { servername?: unknown }).servername);
    socket.on('data', (chunk) => {
      seen.bytes += chunk.length;
    });
    socket.write('{"hello":"é"}\n');
  });
  return { server, seen, url: (host = 'localhost') => `stratum+ssl://${host}:${server.port}` };
}

describe('an authority of --tls-ca', () => {
  it('is believed for the host it signed for, and the connection is described', async () => {
    const { url, seen } = await pool(good);
    const transport = await connectTo(url(), { tls: { caFile } });
    expect(await take(transport, 1)).toEqual(['{"hello":"é"}']);
    expect(transport.remote.tls).toMatchObject({
      protocol: 'TLSv1.3',
      fingerprint: good.fingerprint,
      trust: 'verified',
    });
    expect(transport.remote.tls?.cipher).toMatch(/^TLS_/);
    expect(seen.names).toEqual(['localhost']); // SNI
  });

  it('is believed for an address, for which no SNI is sent', async () => {
    const { url, seen } = await pool(good);
    const transport = await connectTo(url('127.0.0.1'), { tls: { caFile } });
    expect(await take(transport, 1)).toHaveLength(1);
    expect(seen.names).toEqual([false]);
  });

  it("comes on top of Node's own", async () => {
    const { authorities } = await loadTrust({ caFile });
    expect(authorities).toEqual(expect.arrayContaining([...rootCertificates, ca.cert.trim()]));
    expect((await loadTrust({})).authorities).toBeUndefined();
  });

  it.each([
    ['a file that is not there', undefined, 'no file there'],
    ['a file without a certificate', 'hello', 'a file without one'],
    ['a private key', good.key, 'a file without one'],
    [
      'a damaged certificate',
      `${ca.cert}${ca.cert.replace(/M\w{8}/, 'MIIBAAAAA')}`,
      'cannot be read as number 2',
    ],
  ])('is refused from %s', async (name, content, words) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.pem`);
    if (content !== undefined) await writeFile(path, content);
    const { url } = await pool(good);
    await expect(connectTo(url(), { tls: { caFile: path } })).rejects.toMatchObject({
      code: 'TLS_CA_UNUSABLE',
      message: expect.stringContaining(words),
    });
  });
});

describe('what is not believed', () => {
  it.each([
    ['a certificate of an unknown authority', good, {}, 'TLS_UNKNOWN_CA', 'hashgap test CA'],
    ['a self-signed certificate', ownSignature, {}, 'TLS_SELF_SIGNED', 'signed by itself'],
    [
      'a self-signed certificate, with an authority',
      ownSignature,
      { ca: true },
      'TLS_SELF_SIGNED',
      'signed by itself',
    ],
    ['a certificate of another host', wrongHost, { ca: true }, 'TLS_WRONG_HOST', 'other.example'],
    ['an expired certificate', expired, { ca: true }, 'TLS_EXPIRED', 'Check the clock'],
    ['a certificate that is not valid yet', early, { ca: true }, 'TLS_EXPIRED', 'Check the clock'],
  ])('%s', async (_name, identity, options: { ca?: boolean }, code, words) => {
    const { url, seen, server } = await pool(identity);
    await expect(connectTo(url(), { tls: options.ca ? { caFile } : {} })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
      details: { fingerprint: identity.fingerprint },
    });
    const [socket] = server.sockets as [Socket];
    if (!socket.closed) await once(socket, 'close');
    expect(seen.bytes).toBe(0);
  });

  it('tells the fingerprint to compare', async () => {
    const { url } = await pool(ownSignature);
    await expect(connectTo(url())).rejects.toThrow(`--tls-pin ${ownSignature.fingerprint}`);
  });

  it('a certificate for a name, when the pool is given by its address', async () => {
    const { url } = await pool(ca.issue({ names: ['localhost'] }));
    await expect(connectTo(url('127.0.0.1'), { tls: { caFile } })).rejects.toMatchObject({
      code: 'TLS_WRONG_HOST',
    });
  });
});

describe('--tls-pin', () => {
  it.each([
    ['the fingerprint of a self-signed certificate', ownSignature, ownSignature.fingerprint],
    ['the hash of a public key, as curl takes it', ownSignature, `sha256//${ownSignature.keyHash}`],
    ['a certificate of another host', wrongHost, wrongHost.fingerprint],
    ['an expired certificate', expired, expired.fingerprint.replaceAll(':', '').toLowerCase()],
  ])('takes %s', async (_name, identity, pin) => {
    const { url } = await pool(identity);
    const transport = await connectTo(url(), { tls: { pin } });
    expect(await take(transport, 1)).toHaveLength(1);
    expect(transport.remote.tls?.trust).toBe('pinned');
  });

  it.each([
    ['a certificate that the authority signed', { ca: true }],
    ['any certificate with --insecure', { insecure: true }],
  ])(
    'refuses another certificate, even %s',
    async (_name, { ca: withCa = false, insecure = false }: { ca?: boolean; insecure?: boolean }) => {
      const { url, seen } = await pool(good);
      const tls = { pin: ownSignature.fingerprint, insecure, ...(withCa ? { caFile } : {}) };
      await expect(connectTo(url(), { tls })).rejects.toMatchObject({
        code: 'TLS_PIN_MISMATCH',
        details: { fingerprint: good.fingerprint },
      });
      expect(seen.bytes).toBe(0);
    },
  );

  it('must be a SHA-256', async () => {
    await expect(connectTo('stratum+ssl://localhost:1', { tls: { pin: 'abc' } })).rejects.toMatchObject({
      code: 'TLS_PIN_INVALID',
    });
  });
});

describe('--insecure', () => {
  it('takes anything, and warns at each connection with the pin to use instead', async () => {
    const { url } = await pool(expired);
    const warnings: string[] = [];
    const options = { tls: { insecure: true }, onWarning: (message: string) => void warnings.push(message) };
    for (let connection = 0; connection < 2; connection++) {
      const transport = await connectTo(url(), options);
      expect(await take(transport, 1)).toHaveLength(1);
      expect(transport.remote.tls?.trust).toBe('insecure');
    }
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain(`--tls-pin ${expired.fingerprint}`);
  });
});

describe('a port without TLS', () => {
  it.each([
    ['a pool that answers text', '{"id":null,"result":null,"error":[-32700,"Parse error",null]}\n'],
    ['a web server', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
  ])('is told: %s', async (_name, answer) => {
    const server = await startTcpServer((socket) => void socket.once('data', () => socket.end(answer)));
    await expect(connectTo(`stratum+ssl://localhost:${server.port}`)).rejects.toMatchObject({
      code: 'POOL_NOT_TLS',
      message: expect.stringContaining('stratum+tcp://'),
    });
  });

  it('is told as far as it can be: a pool that hangs up', async () => {
    const server = await startTcpServer((socket) => void socket.once('data', () => socket.end()));
    await expect(connectTo(`stratum+ssl://localhost:${server.port}`)).rejects.toMatchObject({
      code: 'TLS_FAILED',
      message: expect.stringContaining('Check that the port speaks TLS'),
    });
  });

  it('is told from one that speaks only an old TLS', async () => {
    const server = await startTlsServer(good, () => {}, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(connectTo(`stratum+ssl://localhost:${server.port}`)).rejects.toMatchObject({
      code: 'TLS_FAILED',
      details: { tlsCode: expect.stringMatching(/PROTOCOL|VERSION/) },
    });
  });
});

describe('an encrypted connection', () => {
  it('ends like any other: by the pool, by a reset, by close()', async () => {
    const { url, server } = await pool(good);
    const options = { tls: { caFile } };
    const first = await connectTo(url(), options);
    expect(await take(first, 1)).toHaveLength(1);
    server.sockets[0]!.resetAndDestroy();
    expect((await readAll(first)).error).toMatchObject({ code: 'POOL_CLOSED' });
    const second = await connectTo(url(), options);
    await second.close();
    expect(await readAll(second)).toEqual({ lines: [], error: undefined });
    const third = await startTlsServer(good, (socket) => void socket.end('bye\n'));
    const { lines, error } = await readAll(await connectTo(`stratum+ssl://localhost:${third.port}`, options));
    expect(lines).toEqual(['bye']);
    expect(error).toMatchObject({
      code: 'POOL_CLOSED',
      details: { reason: 'the pool closed the connection' },
    });
  });

  it('ends with an error when somebody writes into it', async () => {
    const { server } = await pool(good);
    const between = await startTcpServer((client) => {
      const upstream = connect(server.port, '127.0.0.1');
      client.pipe(upstream).pipe(client);
      upstream.on('error', () => {});
    });
    const transport = await connectTo(`stratum+ssl://localhost:${between.port}`, { tls: { caFile } });
    expect(await take(transport, 1)).toHaveLength(1);
    between.sockets[0]!.write('x'.repeat(65_536)); // more than the record whose header this is taken for
    expect(await readAll(transport)).toMatchObject({ lines: [], error: { code: 'POOL_CLOSED' } });
  });
});
