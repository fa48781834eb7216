/** Bad input, one case each: one clear sentence with what was expected and what came, the next step, the right exit code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startRegtestNode } from '../../src/regtest/node.ts';
import { runCli } from '../support/cli.ts';
import { type Answer, startFakeNode, TEMPLATE } from '../support/fake-node.ts';

const ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const MAINNET_ADDRESS = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
const folder = mkdtempSync(join(tmpdir(), 'hashgap-test-'));
const cookie = join(folder, '.cookie');
writeFileSync(cookie, '__cookie__:wrong');
afterAll(() => rmSync(folder, { recursive: true }));

const mine = ['mine', '--address', ADDRESS, '--connect-timeout', '0.2', '--cookie', cookie];
const NOBODY = 'http://127.0.0.1:1';

/** The last line of stderr is the error; stdout stays empty, so that a pipe never reads half a result. */
async function failure(args: readonly string[]) {
  const { exitCode, stdout, stderr } = await runCli(args, { env: { HOME: folder } });
  expect(stdout).toBe('');
  return { exitCode, message: stderr.trimEnd().split('\n').at(-1) };
}

describe('the command line', () => {
  it.each<[string, string[], number, RegExp]>([
    ['no command', [], 2, /Expected a command, received none.*--help/],
    ['an unknown command', ['mime'], 2, /received "mime".*mine/],
    ['an unknown option', ['demo', '--blok', '5'], 2, /'--blok'.*--blocks/],
    ['a misspelt required option', ['mine', '--adress', ADDRESS], 2, /'--adress'.*--address/],
    ['no address', ['mine', '--node', NOBODY], 2, /Expected --address, received none/],
    [
      'an argument too many',
      ['verify', 'all'],
      2,
      /Expected options alone behind verify, received something else/,
    ],
    ['an option without its value', ['compare', '--against'], 2, /Expected a value behind --against/],
    [
      'a journal where no folder can be',
      ['mine', '--network', 'regtest', '--address', ADDRESS, '--journal', '/proc/x/y', '--node', NOBODY],
      3,
      /connection was refused/,
    ],
    ['a data directory where no folder can be', ['regtest', '--datadir', '/proc/x/y'], 1, /data directory/],
    ['a number that is none', ['demo', '--blocks', 'many'], 2, /whole number.*"many".*--blocks 1/],
    ['no threads', [...mine, '--threads', '0'], 2, /from 1 to 1024.*"0"/],
    ['negative seconds', [...mine, '--seconds', '-1'], 2, /seconds/],
    ['an unknown network', [...mine, '--network', 'regest'], 2, /"regest". Did you mean "regtest"\?/],
    ['an unknown engine', [...mine, '--engine', 'natve'], 2, /"natve". Did you mean "native"\?/],
    ['an unknown engine in a list', [...mine, '--engine', 'native,gpo'], 2, /"gpo". Did you mean "gpu"\?/],
    [
      'auto in a list',
      [...mine, '--engine', 'auto,gpu'],
      2,
      /one of native, js, gpu for --engine, received "auto"/,
    ],
    [
      'an engine twice',
      [...mine, '--engine', 'gpu,native,gpu'],
      2,
      /every engine once.*Pass --engine gpu,native\./,
    ],
    ['no engine', [...mine, '--engine', ''], 2, /auto, native, js, gpu for --engine, received ""/],
    [
      'a GPU beside engines without one',
      [...mine, '--engine', 'native', '--gpu', '0'],
      2,
      /Pass --engine native,gpu/,
    ],
    ['no seconds to tune', ['tune', '--seconds', '0'], 2, /seconds/],
    ['an unknown kernel', [...mine, '--kernel', 'scaler'], 2, /"scaler". Did you mean "scalar"\?/],
    [
      'an address that is none',
      ['mine', '--network', 'regtest', '--address', 'bcrt1qqq'],
      2,
      /"bcrt1qqq".*checksum/,
    ],
    [
      'an address of another network',
      ['mine', '--network', 'regtest', '--address', MAINNET_ADDRESS],
      2,
      /the regtest network.*an address of main/,
    ],
    [
      'a node without a scheme',
      [...mine, '--node', 'localhost:18443'],
      2,
      /http:\/\/ or https:\/\/.*"localhost:18443"/,
    ],
    [
      'a password on the command line',
      [...mine, '--node', 'http://ann:hunter2@127.0.0.1:1'],
      2,
      /without user and password.*--rpc-password-file/,
    ],
    [
      'a user without a password file',
      [...mine, '--rpc-user', 'ann'],
      2,
      /Expected --rpc-password-file beside --rpc-user/,
    ],
    [
      'cookie and password at once',
      [...mine, '--rpc-user', 'a', '--rpc-password-file', cookie],
      2,
      /received both/,
    ],
    ['a port that is none', ['regtest', '--port', '70000'], 2, /0 to 65535.*"70000"/],
    ['bits that are none', ['regtest', '--bits', 'easy'], 2, /8 hex digits.*"easy"/],
    ...['00000000', '1d800000', '20800000', '00ffffff', 'ff7fffff', '217fffff', '2100ffff', '20ffffff'].map(
      (bits): [string, string[], number, RegExp] => [
        `bits that are no target of regtest, ${bits}`,
        ['regtest', '--bits', bits],
        2,
        new RegExp(
          `Expected a compact target from 1 to that of 207fffff for --bits, received "${bits}"\\. Pass --bits 207fffff for`,
        ),
      ],
    ),
  ])('refuses %s', async (_, args, exitCode, message) => {
    expect(await failure(args)).toEqual({ exitCode, message: expect.stringMatching(message) });
  });

  it('never repeats a password', async () => {
    const { stdout, stderr } = await runCli([...mine, '--node', 'http://ann:hunter2@127.0.0.1:1']);
    expect(stdout + stderr).not.toContain('hunter2');
  });

  it('tells an error as JSON too when asked for JSON', async () => {
    const { exitCode, lines } = await runCli(['mine', '--address', 'x', '--network', 'main', '--json']);
    expect(exitCode).toBe(2);
    expect(lines).toEqual([
      { type: 'error', code: 'ADDRESS_INVALID', message: expect.stringContaining('"x"') },
    ]);
  });
});

describe('a node', () => {
  it.each<[string, Answer, number, RegExp]>([
    [
      'that answers HTML',
      { status: 200, body: '<html><h1>router</h1></html>' },
      3,
      /HTTP 200 with an HTML page.*--node/,
    ],
    ['that answers half a JSON document', { status: 200, body: '{"result":{"chain":"reg' }, 3, /no JSON-RPC/],
    ['that refuses the cookie', { status: 401, body: '' }, 3, /accept the credentials.*HTTP 401.*--cookie/],
    ['that resets the connection', 'reset', 3, /Expected a node at/],
    [
      'on another chain',
      { result: { chain: 'main' } },
      2,
      /a node of the regtest network.*one of main.*--network main/,
    ],
    ['on a chain nobody knows', { result: { chain: 'dogecoin' } }, 2, /dogecoin/],
    ['without the method', { error: { code: -32601, message: 'Method not found' } }, 1, /-32601/],
  ])('%s ends the start', async (_, answer, exitCode, message) => {
    const node = await startFakeNode(() => answer);
    const result = await failure([...mine, '--node', node.url, '--network', 'regtest']);
    await node.close();
    expect(result).toEqual({ exitCode, message: expect.stringMatching(message) });
  });

  it.each<[string, object, RegExp, string]>([
    [
      'without a height',
      { ...TEMPLATE, height: undefined },
      /"height", an integer, received nothing/,
      'TEMPLATE_INVALID',
    ],
    [
      'with a mandatory rule from the future',
      { ...TEMPLATE, rules: ['!quantum'] },
      /received !quantum/,
      'TEMPLATE_RULE_UNKNOWN',
    ],
    ['with an impossible target', { ...TEMPLATE, bits: '00000000' }, /a zero one/, 'TARGET_INVALID'],
  ])('whose template is %s ends the start', async (_, template, message) => {
    const node = await startFakeNode(({ method }) => ({
      result: method === 'getblockchaininfo' ? { chain: 'regtest' } : template,
    }));
    const result = await failure([...mine, '--node', node.url]);
    await node.close();
    expect(result).toEqual({ exitCode: 1, message: expect.stringMatching(message) });
  });

  it('that is not there ends the start, whether or not there is a cookie', async () => {
    const refused = {
      exitCode: 3,
      message: expect.stringMatching(
        /Expected a node at http:\/\/127.0.0.1:1\/, but the connection was refused. Start bitcoind/,
      ),
    };
    expect(await failure([...mine, '--node', NOBODY])).toEqual(refused);
    expect(await failure([...mine, '--node', NOBODY, '--cookie', join(folder, 'none')])).toEqual(refused);
  });

  it('whose cookie is not where it should be ends the start', async () => {
    const node = await startFakeNode(() => ({ status: 401, body: '' }));
    const result = await failure([
      'mine',
      '--address',
      ADDRESS,
      '--network',
      'regtest',
      '--node',
      node.url,
      '--connect-timeout',
      '0.2',
    ]);
    await node.close();
    expect(result).toEqual({
      exitCode: 3,
      message: expect.stringMatching(/cookie in .*\.bitcoin.regtest..cookie, received no file there/),
    });
  });
});

describe('a file or a port that is taken', () => {
  it('a journal that cannot be written ends the start before a block can be lost', async () => {
    const node = await startRegtestNode({});
    const args = [
      ...mine.slice(0, 5),
      '--cookie',
      node.cookiePath,
      '--node',
      node.url,
      '--journal',
      '/proc/hashgap-blocks.jsonl',
    ];
    const { exitCode, stderr } = await runCli(args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /Expected to write the block journal \/proc\/hashgap-blocks.jsonl.*pass another --journal/,
    );
    expect(node.chain.tip.height).toBe(0);
    await node.close();
  });

  it('a port in use ends the embedded node', async () => {
    const node = await startRegtestNode({});
    expect(await failure(['regtest', '--port', String(node.port)])).toEqual({
      exitCode: 1,
      message: expect.stringMatching(/another program is using it. Choose another port/),
    });
    await node.close();
  });

  it('a data directory that is a file ends the embedded node', async () => {
    expect(await failure(['regtest', '--datadir', cookie])).toEqual({
      exitCode: 1,
      message: expect.stringContaining(cookie),
    });
    expect(readFileSync(cookie, 'utf8')).toBe('__cookie__:wrong');
  });

  it('a tag that is too long for a coinbase is refused with the room there is', async () => {
    const node = await startRegtestNode({});
    const args = [
      'mine',
      '--address',
      ADDRESS,
      '--node',
      node.url,
      '--cookie',
      node.cookiePath,
      '--seconds',
      '1',
      '--tag',
      'x'.repeat(101),
    ];
    const result = await failure([...args, '--journal', join(folder, 'journal')]);
    expect(result).toEqual({
      exitCode: 2,
      message: expect.stringMatching(/a tag of at most \d+ bytes, received 101 bytes/),
    });
    await node.close();
  });
});
