/** Bad input for pools, one case each: one clear sentence and the right exit code, before an engine starts or anything is connected to. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const MAINNET_ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
const PIN = 'ab'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'hashgap-bad-pool-'));
const inFolder = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const none = join(folder, 'none');
const twoPasswords = inFolder('two', 'one\ntwo\n');
const notPem = inFolder('ca', 'certainly');
const badPem = inFolder('bad-ca', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
afterAll(() => rmSync(folder, { recursive: true }));

// Port 1 refuses at once: a case that gets that far ends with 3.
const pool = ['mine', '--pool', 'stratum+tcp://127.0.0.1:1'];
const mine = [...pool, '--user', `${ADDRESS}.rig`, '--connect-timeout', '0.2'];
const tls = ['mine', '--pool', 'stratum+ssl://127.0.0.1:1', '--user', 'ann.rig', '--connect-timeout', '0.2'];
const solo = ['mine', '--address', ADDRESS, '--node', 'http://127.0.0.1:1', '--connect-timeout', '0.2'];

async function failure(args: readonly string[], env = {}) {
  const { exitCode, stdout, stderr } = await runCli(args, { env: { HOME: folder, ...env } });
  expect(stdout).toBe('');
  const lines = stderr.trimEnd().split('\n');
  return { exitCode, lines: lines.length, message: lines.at(-1) };
}

describe('options of pools', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a URL without a scheme',
      ['mine', '--pool', 'pool.example:3333'],
      /"stratum\+tcp:\/\/pool.example:3333"/,
    ],
    ['a URL without a port', ['mine', '--pool', 'stratum+tcp://pool.example'], /SCHEME:\/\/HOST:PORT/],
    ['an unknown scheme', ['mine', '--pool', 'stratum+udp://pool.example:1'], /a scheme of stratum\+tcp/],
    ['Stratum V2', ['mine', '--pool', 'stratum2+tcp://pool.example:1'], /Stratum V2 is not spoken/],
    ['a user in the URL', ['mine', '--pool', 'stratum+tcp://ann@h:1'], /Pass the user with --user/],
    ['no user', pool, /Expected --user beside --pool, received none/],
    ['an empty user', [...pool, '--user', ''], /Expected --user beside --pool, received an empty one/],
    ['users for more pools', [...pool, '--user', 'a', '--user', 'b'], /one --user for one pool, received 2/],
    [
      'users for fewer pools',
      [...pool, ...pool.slice(1), '--pool', 'stratum+tcp://h:3', '--user', 'a', '--user', 'b'],
      /one --user for all 3 pools, or one for each, received 2/,
    ],
    [
      'passwords for more pools',
      [...mine, '--password', 'a', '--password', 'b'],
      /one --password for one pool/,
    ],
    [
      'a password file for more pools',
      [...mine, '--password-file', twoPasswords],
      /--password-file.*received 2/,
    ],
    ['a password twice', [...mine, '--password', 'a', '--password-file', twoPasswords], /received both/],
    [
      'a password file that is not there',
      [...mine, '--password-file', none],
      /in .*none, received no file there/,
    ],
    ['a password file that is a folder', [...mine, '--password-file', folder], /EISDIR/],
    ['a tag', [...mine, '--tag', '/ann/'], /Expected no --tag with --pool, received one/],
    ['an address', [...mine, '--address', ADDRESS], /Expected --user with --pool, received --address/],
    ['a cookie without a node', [...mine, '--cookie', none], /Expected --node beside --pool and --cookie/],
    [
      'an RPC user without a node',
      [...mine, '--rpc-user', 'a'],
      /Expected --node beside --pool and --rpc-user/,
    ],
    [
      'a proxy of another kind',
      [...mine, '--proxy', 'http://127.0.0.1:8080'],
      /socks5:\/\/\[USER@\]HOST:PORT/,
    ],
    ['a proxy without a port', [...mine, '--proxy', 'socks5://127.0.0.1'], /socks5:\/\/\[USER@\]HOST:PORT/],
    ['a password in the proxy', [...mine, '--proxy', 'socks5://a:hunter2@h:1'], /without a password/],
    ['a password file without a proxy', [...mine, '--proxy-password-file', none], /Expected --proxy beside/],
    [
      "a proxy's password file that is not there",
      [...mine, '--proxy', 'socks5://a@h:1', '--proxy-password-file', none],
      /proxy's password in .*none, received no file there/,
    ],
    ['a pin that is none', [...tls, '--tls-pin', 'abc'], /SHA-256 in hex or base64.*"abc"/],
    [
      'authorities that are not there',
      [...tls, '--tls-ca', none],
      /in PEM in .*none, received no file there/,
    ],
    ['authorities that are none', [...tls, '--tls-ca', notPem], /received a file without one/],
    ['authorities that are damaged', [...tls, '--tls-ca', badPem], /cannot be read as number 1/],
    [
      'a pin without TLS',
      [...mine, '--tls-pin', PIN],
      /a pool with TLS beside --tls-pin, received stratum\+tcp/,
    ],
    ['authorities without TLS', [...mine, '--tls-ca', none], /a pool with TLS beside --tls-ca/],
    ['--insecure without TLS', [...mine, '--insecure'], /a pool with TLS beside --insecure/],
    ['--insecure with a pin', [...tls, '--insecure', '--tls-pin', PIN], /received both/],
    ['a redirect to a URL', [...mine, '--allow-redirect', 'tcp://h'], /the name of a host.*"tcp:\/\/h"/],
    ['a difficulty that is none', [...mine, '--suggest-difficulty', '0'], /a positive number.*"0"/],
    ['a percentage over 100', [...mine, '--min-payout-percent', '101'], /from 0 to 100.*"101"/],
    ['a percentage with a sign', [...mine, '--min-payout-percent', '98%'], /from 0 to 100.*"98%"/],
    [
      'a percentage of nobody',
      [...mine, '--min-payout-percent', '9'],
      /--expect-address beside --min-payout/,
    ],
    [
      '--enforce-payout for nobody',
      [...mine, '--enforce-payout'],
      /--expect-address beside --enforce-payout/,
    ],
    ['an expected address that is none', [...mine, '--expect-address', 'bc1qqq'], /"bc1qqq"/],
    [
      'an expected address of another network',
      [...mine, '--expect-address', MAINNET_ADDRESS, '--network', 'regtest'],
      /the regtest network.*an address of main/,
    ],
    ['an unknown reporter', [...mine, '--reporter', 'dashbord'], /"dashbord". Did you mean "dashboard"\?/],
    ['a GPU beside engines without one', [...mine, '--engine', 'native', '--gpu', '0'], /Expected gpu among/],
  ])('%s is refused', async (_, args, message) => {
    const result = await failure(args);
    expect(result).toEqual({ exitCode: 2, lines: 1, message: expect.stringMatching(message) });
    expect(result.message).toMatch(/^error: Expected .*[.?)]$/);
    expect(result.message).not.toContain('hunter2');
  });

  it('in the environment are refused in the same words', async () => {
    const { exitCode, message } = await failure(pool, { HASHGAP_USER: 'a,b' });
    expect({ exitCode, message }).toEqual({
      exitCode: 2,
      message: expect.stringContaining('one --user for one'),
    });
  });
});

describe('without --pool', () => {
  it.each([
    ['--user', 'ann'],
    ['--password', 'x'],
    ['--password-file', none],
    ['--proxy', 'socks5://127.0.0.1:9050'],
    ['--proxy-password-file', none],
    ['--tls-ca', none],
    ['--tls-pin', PIN],
    ['--insecure'],
    ['--allow-redirect', 'pool.example'],
    ['--suggest-difficulty', '1'],
    ['--expect-address', ADDRESS],
    ['--min-payout-percent', '98'],
    ['--enforce-payout'],
  ])('%s is refused', async (...option) => {
    const { exitCode, message } = await failure([...solo, ...option]);
    expect(exitCode).toBe(2);
    expect(message).toBe(
      `error: Expected --pool beside ${option[0]}, received none. Pass --pool stratum+tcp://HOST:PORT, or leave ${option[0]} out.`,
    );
  });
});

it('a pool that is not there ends the start with 3', async () => {
  const { exitCode, message } = await failure([...mine, '--engine', 'js', '--threads', '1']);
  expect({ exitCode, message }).toEqual({
    exitCode: 3,
    message: expect.stringMatching(
      /^error: Expected work from stratum\+tcp:\/\/127.0.0.1:1 .*--wait keeps trying\.$/,
    ),
  });
});

it.each([
  ['a pool', 'POOL_NO_WORK', ['--pool', 'stratum+tcp://127.0.0.1:1', '--user', ADDRESS]],
  ['a node', 'NODE_UNREACHABLE', ['--node', 'http://127.0.0.1:1', '--address', ADDRESS]],
])('a run that was over before %s was reached ends with 3 and why', async (_, code, options) => {
  const args = [
    'mine',
    ...options,
    '--engine',
    'js',
    '--threads',
    '1',
    '--seconds',
    '2',
    '--reporter',
    'json',
  ];
  const { exitCode, stderr, stdout } = await runCli(args, { env: { HOME: folder } });
  expect(stderr).toMatch(
    /^error: Expected a (pool|node) that gives work within 2 s, received none\. .*--wait keeps trying\.$/m,
  );
  expect(exitCode).toBe(3);
  const types = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(types.slice(-2)).toMatchObject([{ type: 'summary' }, { type: 'error', code }]);
});

it('a run that was over before a pool said anything ends with 3', async () => {
  const server = createServer((socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pool = `stratum+tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const args = [
    'mine',
    '--pool',
    pool,
    '--user',
    ADDRESS,
    '--engine',
    'js',
    '--threads',
    '1',
    '--seconds',
    '3',
  ];
  const { exitCode, stderr } = await runCli(args, { env: { HOME: folder } });
  server.close();
  expect(stderr).toContain(
    'error: Expected a pool that gives work within 3 s, received none. It does not answer. Correct --pool or --user; --wait keeps trying.',
  );
  expect(exitCode).toBe(3);
});
