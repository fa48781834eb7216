/** The options of `hashgap mine` that belong to pools, and the pools they describe. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { NETWORKS, type NetworkName } from '../bitcoin/network.ts';
import { payoutScript } from '../bitcoin/script.ts';
import { HashgapError } from '../errors.ts';
import { type PoolEndpoint, parsePoolUrl } from '../source/stratum/endpoint.ts';
import type { PoolOptions } from '../source/stratum/pool-link.ts';
import { parseProxyUrl, passwordFromFile } from '../source/stratum/proxy.ts';
import type { TransportOptions } from '../source/stratum/transport/transport.ts';
import { loadTrust } from '../source/stratum/transport/trust.ts';
import { packageVersion, usageError } from './options.ts';

/** What the options were set to. */
export interface PoolFlags {
  readonly pool?: readonly PoolEndpoint[];
  readonly user?: readonly string[];
  readonly password?: readonly string[];
  readonly passwordFile?: string;
  readonly proxy?: string;
  readonly proxyPassword?: string;
  readonly proxyPasswordFile?: string;
  readonly tlsCa?: string;
  readonly tlsPin?: string;
  readonly insecure?: boolean;
  readonly allowRedirect?: readonly string[];
  readonly suggestDifficulty?: number;
  readonly expectAddress?: string;
  readonly minPayoutPercent?: number;
  readonly enforcePayout?: boolean;
}

/** Names of options whose values are never shown and have no place in a config file. */
export const POOL_SECRETS: readonly string[] = ['password', 'proxyPassword'];

/** Adds the options to a command. */
export function addPoolOptions(command: Command): void {
  command
    .option('--pool <url...>', 'a Stratum pool, then the next one to try, and so on', poolUrls)
    .option(
      '--user <name...>',
      'who mines there, such as ADDRESS.worker: one for all pools, or one for each',
      texts,
    )
    .option('--password <text...>', 'what the pool wants as password, likewise (default: x)', texts)
    .option(
      '--password-file <file>',
      "file that holds the pools' password: one line for all pools, or one for each",
    )
    .option(
      '--proxy <url>',
      'reach pools through SOCKS5, names too: socks5://127.0.0.1:9050 is Tor',
      proxyUrl,
    )
    .addOption(new Option('--proxy-password <text>').hideHelp()) // for the environment alone
    .option('--proxy-password-file <file>', "file that holds the proxy's password")
    .option('--tls-ca <file>', 'trust the authorities of a PEM file as well')
    .option('--tls-pin <sha256>', 'trust exactly this certificate or key, and no other')
    .option('--insecure', 'trust every certificate: whoever stands between can take the hashrate')
    .option('--allow-redirect <host...>', 'a host that a pool may send the miner to', hosts)
    .option(
      '--suggest-difficulty <difficulty>',
      'ask pools for a share difficulty',
      positive('--suggest-difficulty'),
    )
    .option('--expect-address <address>', "whom the pool's coinbase should pay; warns when it does not")
    .option('--min-payout-percent <percent>', 'the least part for that address (default: 98)', percent)
    .option('--enforce-payout', 'leave a pool that pays less, instead of warning');
}

/**
 * The pools that the options describe, in order of preference.
 *
 * @throws {HashgapError} `USAGE` when options contradict each other; `PROXY_URL_INVALID`, `SECRET_UNREADABLE`.
 */
export function poolsOf(flags: PoolFlags): PoolOptions[] {
  const { pool = [], user = [] } = flags;
  checkPairs(flags);
  const transport = transportOf(flags);
  const passwords = passwordsOf(flags, pool.length);
  if (user.length === 0 || user.some((name) => name.trim() === '')) {
    throw new HashgapError(
      'USAGE',
      `Expected --user beside --pool, received ${user.length === 0 ? 'none' : 'an empty one'}. Pass the name that the pool knows you by, often ADDRESS.worker.`,
    );
  }
  const users = onePerPool('--user', user, pool.length);
  return pool.map((endpoint, i) => ({
    endpoint,
    transport,
    session: {
      worker: users[i]!,
      password: passwords[i]!,
      agent: `hashgap/${packageVersion()}`,
      ...(flags.suggestDifficulty === undefined ? {} : { suggestDifficulty: flags.suggestDifficulty }),
    },
  }));
}

/**
 * Reads what the options name, so that what is wrong with it is told before an engine starts and not at the first connection.
 *
 * @throws {HashgapError} `TLS_CA_UNUSABLE`, `TLS_PIN_INVALID`, `SECRET_UNREADABLE`, `ADDRESS_INVALID`, `ADDRESS_WRONG_NETWORK`.
 */
export async function checkPools(
  pools: readonly PoolOptions[],
  { expectAddress }: PoolFlags,
  network: NetworkName,
): Promise<void> {
  const transport = pools[0]?.transport;
  await loadTrust(transport?.tls ?? {});
  await transport?.proxy?.password?.();
  if (expectAddress !== undefined) payoutScript(expectAddress, NETWORKS[network]);
}

/**
 * Refuses options that only pools know: without --pool they would do nothing, and nobody would notice.
 *
 * @throws {HashgapError} `USAGE`
 */
export function refusePoolOptions(flags: PoolFlags): void {
  const given = POOL_OPTIONS.find((key) => isGiven(flags[key]));
  if (given === undefined) return;
  const option = flagOf(given);
  throw new HashgapError(
    'USAGE',
    `Expected --pool beside ${option}, received none. Pass --pool stratum+tcp://HOST:PORT, or leave ${option} out.`,
  );
}

const POOL_OPTIONS = [
  'user',
  'password',
  'passwordFile',
  'proxy',
  'proxyPassword',
  'proxyPasswordFile',
  'tlsCa',
  'tlsPin',
  'insecure',
  'allowRedirect',
  'suggestDifficulty',
  'expectAddress',
  'minPayoutPercent',
  'enforcePayout',
] as const satisfies readonly (keyof PoolFlags)[];

/** `false` in a config file is as good as nothing. */
const isGiven = (value: unknown) => value !== undefined && value !== false;

const flagOf = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Options that mean nothing without another one. */
const NEEDS: readonly (readonly [keyof PoolFlags, keyof PoolFlags, string])[] = [
  ['proxyPassword', 'proxy', 'Pass --proxy socks5://USER@HOST:PORT.'],
  ['proxyPasswordFile', 'proxy', 'Pass --proxy socks5://USER@HOST:PORT.'],
  ['minPayoutPercent', 'expectAddress', 'Pass the address that the coinbase should pay.'],
  ['enforcePayout', 'expectAddress', 'Pass the address that the coinbase should pay.'],
];

/** Options that say the same thing twice. */
const EITHER: readonly (readonly [keyof PoolFlags, keyof PoolFlags])[] = [
  ['password', 'passwordFile'],
  ['proxyPassword', 'proxyPasswordFile'],
  ['insecure', 'tlsPin'],
  ['insecure', 'tlsCa'],
];

function checkPairs(flags: PoolFlags): void {
  for (const [key, needed, next] of NEEDS) {
    if (isGiven(flags[key]) && !isGiven(flags[needed]))
      throw new HashgapError(
        'USAGE',
        `Expected ${flagOf(needed)} beside ${flagOf(key)}, received none. ${next}`,
      );
  }
  for (const [one, other] of EITHER) {
    if (isGiven(flags[one]) && isGiven(flags[other]))
      throw new HashgapError(
        'USAGE',
        `Expected ${flagOf(one)} or ${flagOf(other)}, received both. Leave one out.`,
      );
  }
  refuseTlsWithoutTls(flags);
}

/** Whoever passes a pin believes to be safe, and a plain connection would let him. */
function refuseTlsWithoutTls({ pool = [], ...flags }: PoolFlags): void {
  const option = (['tlsPin', 'tlsCa', 'insecure'] as const).find((key) => isGiven(flags[key]));
  const encrypted = pool.some(({ scheme }) => scheme === 'tls' || scheme === 'wss');
  if (option === undefined || encrypted) return;
  throw new HashgapError(
    'USAGE',
    `Expected a pool with TLS beside ${flagOf(option)}, received ${pool.map(({ url }) => url).join(', ')}. Pass a stratum+ssl:// or stratum+wss:// URL, or leave ${flagOf(option)} out.`,
  );
}

function passwordsOf({ password, passwordFile }: PoolFlags, pools: number): readonly string[] {
  if (passwordFile === undefined) return onePerPool('--password', password ?? ['x'], pools);
  try {
    const lines = readFileSync(passwordFile, 'utf8').trimEnd().split(/\r?\n/);
    return onePerPool(
      'line of --password-file',
      lines.map((line) => line.trim()),
      pools,
    );
  } catch (cause) {
    if (cause instanceof HashgapError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no file there' : message;
    throw new HashgapError(
      'SECRET_UNREADABLE',
      `Expected the pool's password in ${passwordFile}, received ${reason}. Correct the path or the file's permissions.`,
      { details: { path: passwordFile }, cause },
    );
  }
}

/** One value serves all pools; otherwise each has its own. */
function onePerPool(option: string, values: readonly string[], pools: number): readonly string[] {
  if (values.length === 1) return Array.from({ length: pools }, () => values[0]!);
  if (values.length === pools) return values;
  const received = values.length;
  const expected =
    pools === 1 ? `one ${option} for one pool` : `one ${option} for all ${pools} pools, or one for each`;
  throw new HashgapError(
    'USAGE',
    `Expected ${expected}, received ${received}. Pass as many as there are --pool, in the same order.`,
    { details: { option, pools, received } },
  );
}

function transportOf(flags: PoolFlags): TransportOptions {
  const { proxy, tlsCa, tlsPin, insecure } = flags;
  return {
    ...(proxy === undefined ? {} : { proxy: parseProxyUrl(proxy, proxyPasswordOf(flags)) }),
    tls: {
      ...(tlsCa === undefined ? {} : { caFile: tlsCa }),
      ...(tlsPin === undefined ? {} : { pin: tlsPin }),
      ...(insecure === undefined ? {} : { insecure }),
    },
  };
}

function proxyPasswordOf({ proxyPassword, proxyPasswordFile }: PoolFlags) {
  if (proxyPassword !== undefined) return async () => proxyPassword;
  return proxyPasswordFile === undefined ? undefined : passwordFromFile(proxyPasswordFile);
}

const texts = (text: string, previous: readonly string[] = []): readonly string[] => [...previous, text];

const poolUrls = (text: string, previous: readonly PoolEndpoint[] = []): readonly PoolEndpoint[] => [
  ...previous,
  parsePoolUrl(text),
];

/** Looked at while options are read, so that a password in it is never shown. */
function proxyUrl(text: string): string {
  parseProxyUrl(text);
  return text;
}

/** A pool names a host when it sends miners elsewhere, and the scheme stays as it is. */
function hosts(text: string, previous: readonly string[] = []): readonly string[] {
  if (/^[^\s/@]+$/.test(text)) return [...previous, text];
  throw usageError(
    '--allow-redirect',
    'the name of a host',
    text,
    'Pass --allow-redirect eu.pool.example, for example.',
  );
}

function positive(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) && value > 0 && Number.isFinite(value)) return value;
    throw usageError(option, 'a positive number', text, `Pass ${option} 0.001, for example.`);
  };
}

function percent(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value >= 0 && value <= 100) return value;
  throw usageError(
    '--min-payout-percent',
    'a percentage from 0 to 100',
    text,
    'Pass --min-payout-percent 98.',
  );
}
