/** Pool URLs, proxy URLs and pins: what is taken, and in which words the rest is refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HashgapError, isHashgapError } from '../../src/errors.ts';
import { parsePoolUrl } from '../../src/source/stratum/endpoint.ts';
import { parseProxyUrl, passwordFromFile, proxyCredentials } from '../../src/source/stratum/proxy.ts';
import { parsePin } from '../../src/source/stratum/transport/pin.ts';

function refusal(action: () => unknown): HashgapError {
  try {
    action();
  } catch (error) {
    if (isHashgapError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parsePoolUrl', () => {
  it.each([
    ['stratum+tcp://pool.example:3333', 'tcp', 'pool.example', 3333, ''],
    ['STRATUM+TCP://Pool.Example.:3333/', 'tcp', 'pool.example', 3333, ''],
    ['  stratum+ssl://1.2.3.4:1\n', 'tls', '1.2.3.4', 1, ''],
    ['stratum+tls://[2001:DB8::1]:65535', 'tls', '2001:db8::1', 65535, ''],
    ['stratum+tcp://solo_pool:3333', 'tcp', 'solo_pool', 3333, ''],
    ['stratum+tcp://bücher.example:3333', 'tcp', 'xn--bcher-kva.example', 3333, ''],
    ['stratum+tcp://expyuzz4wqqyqhjn.onion:3333', 'tcp', 'expyuzz4wqqyqhjn.onion', 3333, ''],
    ['stratum+ws://pool.example:80', 'ws', 'pool.example', 80, '/'],
    ['stratum+wss://pool.example:443/mine?token=x', 'wss', 'pool.example', 443, '/mine?token=x'],
    ['stratum+wss://pool.example:443?token=x', 'wss', 'pool.example', 443, '/?token=x'],
  ])('reads %j', (text, scheme, host, port, path) => {
    expect(parsePoolUrl(text)).toMatchObject({ scheme, host, port, path });
  });

  it('gives one plain URL for every way of writing it, without the query', () => {
    expect(parsePoolUrl('Stratum+TLS://[::1]:3334').url).toBe('stratum+ssl://[::1]:3334');
    expect(parsePoolUrl('stratum+wss://Pool.Example:443/mine?token=x').url).toBe(
      'stratum+wss://pool.example:443/mine',
    );
  });

  it.each([
    ['', 'received ""'],
    ['pool.example:3333', 'Did you mean "stratum+tcp://pool.example:3333"?'],
    ['//pool.example:3333', 'Did you mean "stratum+tcp://pool.example:3333"?'],
    ['pool.example', 'received "pool.example"'],
    ['stratum://pool.example:3333', 'Did you mean "stratum+tcp://pool.example:3333"?'],
    ['tcp://pool.example:3333', 'Did you mean "stratum+tcp://pool.example:3333"?'],
    ['ssl://pool.example:3333', 'Did you mean "stratum+ssl://pool.example:3333"?'],
    ['wss://pool.example:443/mine', 'Did you mean "stratum+wss://pool.example:443/mine"?'],
    ['stratum+tpc://pool.example:3333', 'Did you mean "stratum+tcp"?'],
    ['stratum2+tcp://pool.example:3333', 'Stratum V2 is not spoken'],
    ['constructor://pool.example:3333', 'received "constructor"'],
    ['stratum+tcp://pool.example', 'received no port'],
    ['stratum+tcp://pool.example:', 'received no port'],
    ['stratum+tcp://pool.example:0', 'received port 0'],
    ['stratum+tcp://pool.example:65536', 'received port 65536'],
    ['stratum+tcp://pool.example:0x50', 'received port 0x50'],
    ['stratum+tcp://:3333', 'received no host'],
    ['stratum+tcp://2001:db8::1:3333', 'Write it as [2001:db8::1]:3333'],
    ['stratum+tcp://[2001:db8::zz]:3333', 'neither a name nor an address'],
    ['stratum+tcp://[1.2.3.4]:3333', 'neither a name nor an address'],
    ['stratum+tcp://1.2.3:3333', 'neither a name nor an address'],
    ['stratum+tcp://1.2.3.256:3333', 'neither a name nor an address'],
    ['stratum+tcp://po ol:3333', 'neither a name nor an address'],
    ['stratum+tcp://%41.example:3333', 'neither a name nor an address'],
    ['stratum+tcp://a..b:3333', 'neither a name nor an address'],
    [`stratum+tcp://${'a'.repeat(64)}.example:3333`, 'neither a name nor an address'],
    ['stratum+tcp://pool.example:3333/mine', 'only WebSocket pools have a path'],
    ['stratum+wss://pool.example:443/mi ne', 'a path in ASCII'],
    ['stratum+wss://pool.example:443/#here', '"stratum+wss://pool.example:443/#here"'],
  ])('refuses %j', (text, words) => {
    const error = refusal(() => parsePoolUrl(text));
    expect(error.code).toBe('POOL_URL_INVALID');
    expect(error.message).toContain(words);
  });

  it.each([
    'stratum+tcp://bc1q.worker:hunter2@pool.example:3333',
    'stratum+tcp://bc1q.worker:hun/hunter2@pool.example:3333',
    'bc1q.worker:hunter2@pool.example:3333',
    'stratum://bc1q.worker:hunter2@pool.example:3333',
    'http://hunter2@pool.example:3333',
  ])('never repeats a password: %s', (text) => {
    const error = refusal(() => parsePoolUrl(text));
    expect(inspect(error)).not.toContain('hunter2');
    expect(error.code).toBe('POOL_URL_INVALID');
  });

  it('refuses or reads any text, and reads its own URLs again', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()),
        fc.constantFrom('', 'stratum+ws://'),
        (text, scheme) => {
          try {
            const { url, host, port } = parsePoolUrl(scheme + text);
            expect(parsePoolUrl(url)).toMatchObject({ url, host, port });
          } catch (error) {
            expect(isHashgapError(error, 'POOL_URL_INVALID')).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('parseProxyUrl', () => {
  it('reads the user, and prints no password', async () => {
    const proxy = parseProxyUrl('socks5h://al%40ice@[::1]:1080', async () => 'hunter2');
    expect(proxy).toMatchObject({
      host: '::1',
      port: 1080,
      user: 'al@ice',
      url: 'socks5://al%40ice@[::1]:1080',
    });
    expect(inspect(proxy) + JSON.stringify(proxy)).not.toContain('hunter2');
    expect(await proxyCredentials(proxy)).toEqual({ userId: 'al@ice', password: 'hunter2' });
  });

  it.each([
    ['http://127.0.0.1:8080', 'For Tor that is socks5://127.0.0.1:9050'],
    ['127.0.0.1:9050', 'socks5://[USER@]HOST:PORT'],
    ['socks5://127.0.0.1', 'no port'],
    ['socks5://alice:hunter2@127.0.0.1:1080', 'a password in it'],
    ['socks5://alice:hunter2/@127.0.0.1:1080', 'socks5://[USER@]HOST:PORT'],
    ['socks4://alice:hunter2@127.0.0.1:1080', 'socks5://[USER@]HOST:PORT'],
    ['socks5://%zz@127.0.0.1:1080', 'percent-encoded'],
    [`socks5://${'a'.repeat(256)}@127.0.0.1:1080`, '1 to 255 bytes'],
  ])('refuses %j', (text, words) => {
    const error = refusal(() => parseProxyUrl(text));
    expect(error.code).toBe('PROXY_URL_INVALID');
    expect(error.message).toContain(words);
    expect(inspect(error)).not.toContain('hunter2');
  });

  it('reads a password from a file, and says when it cannot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hashgap-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'password');
    await writeFile(path, ' hunter2\r\n');
    expect(await passwordFromFile(path)()).toBe('hunter2');
    await expect(passwordFromFile(join(folder, 'none'))()).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
    });
    const long = parseProxyUrl('socks5://alice@127.0.0.1:1080', async () => 'x'.repeat(256));
    await expect(proxyCredentials(long)).rejects.toMatchObject({
      code: 'PROXY_AUTH',
      details: { bytes: 256 },
    });
  });
});

describe('parsePin', () => {
  const hex = '0123456789abcdef'.repeat(4);
  const base64 = Buffer.from(hex, 'hex').toString('base64');
  const colons = hex.toUpperCase().replace(/..(?=.)/g, '$&:');

  it.each([
    hex,
    hex.toUpperCase(),
    colons,
    `sha256 Fingerprint=${colons}`,
    `SHA256:${colons}`,
    base64,
    base64.replace('=', ''),
    `sha256/${base64}`,
    `sha256//${base64}`,
    Buffer.from(hex, 'hex').toString('base64url'),
  ])('reads %s', (text) => {
    expect(parsePin(text)).toBe(hex);
  });

  it.each(['', 'abc', hex.slice(2), `${hex}00`, 'sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709'])(
    'refuses %j',
    (text) => {
      expect(refusal(() => parsePin(text)).code).toBe('TLS_PIN_INVALID');
    },
  );
});
