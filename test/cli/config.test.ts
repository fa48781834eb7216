/** The config file, the environment and the command line: which is stronger, what is refused and in which words, and `hashgap config check`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { mineConfigSchema } from '../../src/cli/commands/config.ts';
import { addMineOptions } from '../../src/cli/commands/mine.ts';
import { CONFIG_FILE, type OptionInForce, optionsInForce } from '../../src/cli/config.ts';
import { POOL_SECRETS } from '../../src/cli/pool-flags.ts';
import { isHashgapError } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'hashgap-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Env = Readonly<Record<string, string>>;
let files = 0;

function write(content: string | object): string {
  const path = join(folder, `${++files}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** What `hashgap mine` would get. */
async function inForce(args: readonly string[], env: Env = {}) {
  const command = addMineOptions(new Command(), env).exitOverride();
  let flags: Record<string, unknown> = {};
  command.action((given: Record<string, unknown>) => {
    flags = given;
  });
  await command.parseAsync([...args], { from: 'user' });
  const { options, file, strangers } = optionsInForce(command, { env, secrets: POOL_SECRETS });
  const of = (key: string) => options.find((option) => option.key === key) as OptionInForce;
  return { flags, of, file, strangers };
}

const withFile = (content: string | object, args: readonly string[] = [], env: Env = {}) =>
  inForce(['--config', write(content), ...args], env);

async function refusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isHashgapError(error)) throw new Error('Expected a refusal.', { cause: error });
  expect(error.exitCode).toBe(2);
  return `${error.code}: ${error.message}`;
}

describe('strength', () => {
  it('is file, then environment, then command line', async () => {
    const file = { blocks: 1, threads: 1, tag: 'file' };
    const env = { HASHGAP_THREADS: '2', HASHGAP_TAG: 'env' };
    const { flags, of } = await withFile(file, ['--tag', 'cli'], env);
    expect(flags).toMatchObject({ blocks: 1, threads: 2, tag: 'cli', engine: 'auto' });
    expect(['blocks', 'threads', 'tag', 'engine', 'node'].map((key) => of(key).source)).toEqual([
      'config',
      'env',
      'cli',
      'default',
      'default',
    ]);
  });

  it('replaces a list as a whole', async () => {
    const file = { pool: ['stratum+tcp://a.example:1', 'stratum+tcp://b.example:1'] };
    const { flags } = await withFile(file, ['--pool', 'stratum+tcp://c.example:1']);
    expect(flags.pool).toMatchObject([{ host: 'c.example' }]);
  });

  it('decides between a password and a password file', async () => {
    const file = { passwordFile: 'pool.password' };
    const fromEnv = await withFile(file, [], { HASHGAP_PASSWORD: 'x' });
    expect(fromEnv.flags).toMatchObject({ password: ['x'] });
    expect(fromEnv.flags.passwordFile).toBeUndefined();
    const fromCli = await withFile({}, ['--password-file', 'p'], { HASHGAP_PASSWORD: 'x' });
    expect(fromCli.flags.password).toBeUndefined();
  });

  it('names a config file by --config before HASHGAP_CONFIG', async () => {
    const env = { HASHGAP_CONFIG: write({ blocks: 5 }) };
    expect((await inForce([], env)).flags.blocks).toBe(5);
    expect((await withFile({ blocks: 6 }, [], env)).flags.blocks).toBe(6);
  });
});

describe('a config file', () => {
  it('holds every kind of option', async () => {
    const { flags } = await withFile({
      $schema: './config.schema.json',
      pool: ['stratum+tcp://a.example:3333', 'stratum+ssl://b.example:443'],
      user: 'ann.rig1',
      node: 'http://127.0.0.1:18443',
      suggestDifficulty: 0.001,
      connectTimeout: 2.5,
      wait: false,
      enforcePayout: true,
      engine: 'native,gpu',
      gpu: 0,
    });
    expect(flags).toMatchObject({
      pool: [
        { host: 'a.example', scheme: 'tcp' },
        { host: 'b.example', scheme: 'tls' },
      ],
      user: ['ann.rig1'],
      node: new URL('http://127.0.0.1:18443'),
      suggestDifficulty: 0.001,
      connectTimeout: 2.5,
      wait: false,
      enforcePayout: true,
      engine: ['native', 'gpu'],
      gpu: '0',
    });
  });

  it('names files beside itself, or at home', async () => {
    const { flags } = await withFile({ passwordFile: 'pool.password', tlsCa: '~/ca.pem', journal: '/j' });
    expect(flags).toMatchObject({
      passwordFile: join(folder, 'pool.password'),
      tlsCa: join(homedir(), 'ca.pem'),
      journal: '/j',
    });
  });

  it('may begin with a byte order mark', async () => {
    expect((await withFile('\uFEFF{"blocks":3}')).flags.blocks).toBe(3);
  });

  it.each<[string, string | object, RegExp]>([
    ['that is torn', '{"user": "ann', /received text that is not JSON \(.+\)/],
    ['that is empty', '', /received text that is not JSON/],
    ['that is a list', '[]', /Expected an object of options in .*, received a list/],
    ['that is null', 'null', /received null/],
    ['with an unknown name', { expectAdress: 'x' }, /"expectAdress".*Did you mean "expectAddress"\?/],
    ['with the name of a flag', { 'connect-timeout': 3 }, /Did you mean "connectTimeout"\?/],
    ['with --json in it', { json: true }, /the name of an option/],
    ['with --config in it', { config: 'x' }, /the name of an option/],
    ['with a password', { password: 'hunter2' }, /no password.*passwordFile, or set it in the environment/],
    ["with the proxy's password", { proxyPassword: 'hunter2' }, /proxyPasswordFile/],
    ['with a number as text', { blocks: '3' }, /a number for "blocks".*received "3"/],
    ['with text for yes or no', { wait: 'yes' }, /true or false for "wait".*received "yes"/],
    ['with an object', { user: {} }, /a string or a list of strings for "user".*received \{\}/],
    ['with an empty list', { pool: [] }, /a string or a list of strings for "pool"/],
    ['with null', { tag: null }, /a string for "tag".*received null/],
    ['with a list where one is wanted', { tag: ['a'] }, /a string for "tag"/],
  ])('%s is refused', async (_, content, message) => {
    const text = await refusal(withFile(content));
    expect(text).toMatch(/^CONFIG_INVALID: Expected /);
    expect(text).toMatch(message);
    expect(text).not.toContain('hunter2');
  });

  it('with a wrong value is refused in the words of the option, and with its place', async () => {
    expect(await refusal(withFile({ blocks: 0 }))).toMatch(
      /^USAGE: Expected a whole number .* for --blocks, received "0"\..*The value is that of "blocks" in .*\.json\.$/,
    );
    expect(await refusal(withFile({ pool: ['pool.example:3333'] }))).toMatch(
      /^POOL_URL_INVALID: .*The value is that of "pool" in/,
    );
    expect(await refusal(withFile({ network: 'regest' }))).toMatch(/Did you mean "regtest"\?/);
  });

  it('that is not there, or cannot be read, is refused', async () => {
    expect(await refusal(inForce(['--config', join(folder, 'none.json')]))).toMatch(/received no file there/);
    expect(await refusal(inForce([], { HASHGAP_CONFIG: folder }))).toMatch(/\(EISDIR\)/);
  });

  it('never quotes what it could not read', async () => {
    expect(await refusal(withFile('{"password": hunter2}'))).not.toContain('hunter2');
  });
});

describe('the environment', () => {
  it('holds lists parted by spaces or commas', async () => {
    const pools = 'stratum+tcp://a.example:1, stratum+tcp://b.example:2';
    const { flags } = await inForce([], { HASHGAP_POOL: pools, HASHGAP_USER: 'a b' });
    expect(flags.pool).toMatchObject([{ host: 'a.example' }, { host: 'b.example' }]);
    expect(flags.user).toEqual(['a', 'b']);
  });

  it('holds a password as it is', async () => {
    const { flags, of } = await inForce([], { HASHGAP_PASSWORD: 'd=512, c=BTC' });
    expect(flags.password).toEqual(['d=512, c=BTC']);
    expect(of('password').value).toBe('(set, not shown)');
  });

  it.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['false', false],
    ['0', false],
    ['off', false],
    ['', undefined],
  ])('says yes or no: %j', async (text, value) => {
    expect((await inForce([], { HASHGAP_INSECURE: text })).flags.insecure).toBe(value);
  });

  it('is refused with the name of the variable', async () => {
    expect(await refusal(inForce([], { HASHGAP_WAIT: 'maybe' }))).toMatch(
      /true or false in HASHGAP_WAIT, received "maybe"/,
    );
    expect(await refusal(inForce([], { HASHGAP_THREADS: '0' }))).toMatch(
      /"0"\. .*The value is that of the variable HASHGAP_THREADS\.$/,
    );
    expect(await refusal(inForce([], { HASHGAP_PROXY: 'socks5://ann:hunter2@h:1' }))).not.toContain(
      'hunter2',
    );
  });

  it('does not set --json', async () => {
    expect((await inForce([], { HASHGAP_JSON: '1' })).flags.json).toBeUndefined();
  });

  it("is the place for a proxy's password, and the command line is not", async () => {
    expect((await inForce([], { HASHGAP_PROXY_PASSWORD: 'x' })).flags.proxyPassword).toBe('x');
    expect(await refusal(inForce(['--proxy-password', 'hunter2']))).toMatch(
      /--proxy-password-file or the variable HASHGAP_PROXY_PASSWORD(?!.*hunter2)/,
    );
  });

  it('has strangers, which are named', async () => {
    const { strangers } = await inForce([], { HASHGAP_USR: 'x', HASHGAP_NATIVE: 'build', OTHER: 'x' });
    expect(strangers).toEqual([{ name: 'HASHGAP_USR', hint: 'Did you mean "HASHGAP_USER"?' }]);
  });
});

describe('docs/config.schema.json', () => {
  const path = join(import.meta.dirname, '../../docs/config.schema.json');
  const schema = JSON.parse(readFileSync(path, 'utf8')) as { properties: Record<string, { type?: string }> };

  it('is what the options are: run node scripts/config-schema.mjs', () => {
    expect(schema).toEqual(mineConfigSchema(addMineOptions(new Command(), {})));
  });

  it('allows the example of docs/config.md, and the program takes it', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/config.md'), 'utf8');
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const { flags } = await withFile(example);
    const keys = Object.keys(JSON.parse(example) as object);
    expect(keys.filter((key) => !(key in schema.properties))).toEqual([]);
    expect(keys.filter((key) => key !== '$schema' && !(key in flags))).toEqual([]);
  });
});

describe('hashgap config check', () => {
  const POOL = ['--pool', 'stratum+tcp://pool.example:3333'];
  const ADDRESS = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202';
  const check = (args: readonly string[], env: Env = {}) => runCli(['config', 'check', ...args], { env });

  it('shows what is in force and where it came from, and no secret', async () => {
    const file = write({ user: 'ann.rig1', connectTimeout: 7 });
    const { exitCode, stdout, stderr } = await check(['--config', file, ...POOL], {
      HASHGAP_THREADS: '1',
      HASHGAP_PASSWORD: 'hunter2',
      HASHGAP_USR: 'x',
      HASHGAP_JSON: '1',
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: 'Nothing is wrong with these options.\n' });
    expect(stdout).toMatch(new RegExp(`^config file: ${file}\n`));
    expect(stdout).toMatch(/^user +config file +ann\.rig1$/m);
    expect(stdout).toMatch(/^pool +command line +stratum\+tcp:\/\/pool\.example:3333$/m);
    expect(stdout).toMatch(/^threads +environment, HASHGAP_THREADS +1$/m);
    expect(stdout).toMatch(/^engine +default +auto$/m);
    expect(stdout).toMatch(/^password +environment, HASHGAP_PASSWORD +\(set, not shown\)$/m);
    expect(stdout).toContain('not an option: HASHGAP_USR. Did you mean "HASHGAP_USER"?');
    expect(stdout).toContain('not an option: HASHGAP_JSON. Set HASHGAP_REPORTER=json.');
    expect(stdout).not.toContain('hunter2');
  });

  it('is one object with --json', async () => {
    const { exitCode, lines } = await check(['--config', write({ user: 'ann' }), ...POOL, '--json']);
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ schema: 'hashgap.config/1', ok: true });
    expect(lines[0]!.options).toContainEqual({
      name: 'pool',
      flag: '--pool',
      variable: 'HASHGAP_POOL',
      value: ['stratum+tcp://pool.example:3333'],
      source: 'cli',
    });
  });

  it('says what mine would say, and exits 2', async () => {
    const { exitCode, stdout, stderr } = await check(POOL);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^pool +command line/m);
    expect(stderr).toMatch(/^error: Expected --user beside --pool, received none/);
    expect((await runCli(['mine', ...POOL])).stderr).toBe(stderr);
  });

  it.each([
    [
      ['--address', 'garbage'],
      /^error: Expected a P2PKH, P2SH, P2WPKH, P2WSH or P2TR address, received "garbage"/,
    ],
    [
      ['--address', ADDRESS, '--tag', 'x'.repeat(120)],
      /^error: Expected a tag of at most 80 bytes, received 120/,
    ],
    [['--address', ADDRESS, '--kernel', 'nope'], /^error: Expected a kernel among .*, received "nope"/],
    [
      ['--address', ADDRESS, '--kernel', 'avx2', '--engine', 'js'],
      /^error: Expected a kernel among js, received "avx2"/,
    ],
  ])('finds what is wrong with %s before anything is connected to', async (args, message) => {
    const { exitCode, stderr } = await check(args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
    expect((await runCli(['mine', ...args])).stderr).toBe(stderr);
  });

  it('says it as JSON too', async () => {
    const { exitCode, lines } = await check([...POOL, '--json']);
    expect(exitCode).toBe(2);
    expect(lines).toMatchObject([
      { schema: 'hashgap.config/1', ok: false },
      { type: 'error', code: 'USAGE', message: expect.stringContaining('--user') },
    ]);
  });

  it(`reads ${CONFIG_FILE} in the working directory`, async () => {
    const cwd = join(folder, 'here');
    mkdirSync(cwd);
    writeFileSync(join(cwd, CONFIG_FILE), '{"address":"bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202"}');
    const { exitCode, stdout } = await runCli(['config', 'check'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`config file: ${join(cwd, CONFIG_FILE)}`);
    expect(stdout).toMatch(/^address +config file +bcrt1q/m);
  });
});

it('mine --help names the environment once, not at each option', async () => {
  const { stdout } = await runCli(['mine', '--help']);
  expect(stdout.match(/HASHGAP_/g)).toHaveLength(1);
  expect(stdout).not.toContain('--proxy-password <');
});
