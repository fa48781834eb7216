/** `window.hashgap`: the page's functions for whoever opens the console. docs/lab.md describes them. */
import { fromHex, hashToDisplay, toHex } from '../../bitcoin/hex.ts';
import { sha256d } from '../../bitcoin/sha256.ts';
import type { LabClient } from './client.ts';
import { genesisHeader } from './genesis.ts';
import type { AdapterDescription, EngineName, Offer } from './protocol.ts';
import type { SearchResult } from './search.ts';

/** What a search from the console may say; everything has a default. */
export interface ScanOptions {
  /** Header as 160 hex digits; its nonce does not matter. @default the first block's */
  readonly header?: string;
  /** How many bits at the front of the hash must be zero, 1 to 255. @default 32 */
  readonly zeroBits?: number;
  /** @default 0 */
  readonly nonceStart?: number;
  /** @default 1,000,000 */
  readonly nonceCount?: number;
  /** @default the GPU where there is one */
  readonly engine?: EngineName;
}

/** The console's functions. */
export interface ConsoleApi {
  /** The header of the first block with another nonce, as hex. */
  header(nonce: number): string;
  /** The hash of a header, in display order. */
  hash(header: string): string;
  /** Every nonce of a range whose hash begins with zeros. */
  scan(options?: ScanOptions): Promise<SearchResult & { readonly engine: EngineName }>;
  /** The GPU; undefined when the browser offers none. */
  adapter(): Promise<AdapterDescription | undefined>;
}

/** What the functions need of the page: both change when it starts again. */
export interface ConsoleSource {
  readonly client: () => LabClient;
  readonly offer: () => Promise<Offer>;
}

/** Makes the functions. */
export function createConsoleApi({ client, offer }: ConsoleSource): ConsoleApi {
  const adapter = async () => {
    const known = await offer();
    return 'adapter' in known ? known.adapter : undefined;
  };
  return {
    header: (nonce) => toHex(genesisHeader(wholeNumber('the nonce', nonce, 0, 0xffffffff))),
    hash: (header) => hashToDisplay(sha256d(fromHex(headerHex(header)))),
    adapter,
    async scan(options = {}) {
      const engine = options.engine ?? ((await adapter()) === undefined ? 'plain' : 'gpu');
      const nonceStart = wholeNumber('nonceStart', options.nonceStart ?? 0, 0, 0xffffffff);
      const most = 2 ** 32 - nonceStart;
      const order = {
        engine,
        header: headerHex(options.header ?? toHex(genesisHeader(0))),
        zeroBits: wholeNumber('zeroBits', options.zeroBits ?? 32, 1, 255),
        nonceStart,
        nonceCount: wholeNumber('nonceCount', options.nonceCount ?? Math.min(1_000_000, most), 1, most),
        stopAtFirst: false,
      };
      return { ...(await client().call('search', order)), engine };
    },
  };
}

function wholeNumber(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`Expected ${name} to be a whole number from ${least} to ${most}, received ${value}.`);
}

function headerHex(text: string): string {
  if (/^[0-9a-fA-F]{160}$/.test(text)) return text;
  throw new TypeError(`Expected a header of 160 hex digits, received "${text}". hashgap.header(0) is one.`);
}
