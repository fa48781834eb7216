/** A block template as getblocktemplate gives it (BIP 22, 23, 9, 145): read field by field, refused with the field's name. */
import { targetFromBits } from '../../bitcoin/target.ts';
import { HashgapError } from '../../errors.ts';

/** One transaction of a template. */
export interface TemplateTransaction {
  /** Serialised with witness, hex. */
  readonly data: string;
  /** Transaction id, display order. */
  readonly txid: string;
  /** Witness transaction id, display order. */
  readonly hash: string;
}

/** The fields of a template that a miner needs, checked for presence and type. */
export interface Template {
  readonly version: number;
  readonly rules: readonly string[];
  readonly previousblockhash: string;
  readonly transactions: readonly TemplateTransaction[];
  /** Hex strings to be put into the coinbase script. */
  readonly coinbaseaux: readonly string[];
  /** Subsidy and fees, satoshis. */
  readonly coinbasevalue: bigint;
  readonly nBits: number;
  readonly networkTarget: bigint;
  /** The node's time, Unix seconds, already past the median time. */
  readonly curtime: number;
  readonly height: number;
  readonly longpollid: string | undefined;
  /** Commitment output script, hex. */
  readonly default_witness_commitment: string | undefined;
  readonly signet_challenge: string | undefined;
}

/** Rules whose `!` (a miner must understand them) hashgap answers for. */
const UNDERSTOOD_RULES = ['segwit', 'signet'];

/**
 * Reads a template.
 *
 * @throws {HashgapError} `TEMPLATE_INVALID` names the field that is missing or wrong; `TEMPLATE_RULE_UNKNOWN` a rule that a miner must
 * understand and hashgap does not (BIP 9); `SIGNET_CHALLENGE` when blocks need the signature of a signet's operators (BIP 325).
 */
export function parseTemplate(value: unknown): Template {
  const fields = new Fields(value, 'the template');
  const nBits = Number.parseInt(fields.hex('bits', 4), 16);
  const template: Template = {
    version: fields.integer('version') >>> 0,
    rules: fields.optional('rules') === undefined ? [] : fields.strings('rules'),
    previousblockhash: fields.hex('previousblockhash', 32),
    transactions: fields.list('transactions').map(parseTransaction),
    coinbaseaux: parseAux(fields.optional('coinbaseaux')),
    coinbasevalue: BigInt(fields.integer('coinbasevalue')),
    nBits,
    networkTarget: targetFromBits(nBits),
    curtime: fields.integer('curtime'),
    height: fields.integer('height'),
    longpollid: fields.optionalString('longpollid'),
    default_witness_commitment: fields.optionalString('default_witness_commitment'),
    signet_challenge: fields.optionalString('signet_challenge'),
  };
  refuseUnknownRules(template);
  refuseSignedSignet(template);
  return template;
}

function parseTransaction(value: unknown, index: number): TemplateTransaction {
  const fields = new Fields(value, `transaction ${index} of the template`);
  return { data: fields.hex('data'), txid: fields.hex('txid', 32), hash: fields.hex('hash', 32) };
}

/** `coinbaseaux` may be absent or empty: Bitcoin Core sends `{}` since 0.20. */
function parseAux(value: unknown): string[] {
  if (value === undefined) return [];
  const fields = new Fields(value, 'coinbaseaux of the template');
  return fields.names().map((name) => fields.hex(name));
}

function refuseUnknownRules({ rules }: Template): void {
  const unknown = rules.filter((rule) => rule.startsWith('!') && !UNDERSTOOD_RULES.includes(rule.slice(1)));
  if (unknown.length === 0) return;
  throw new HashgapError(
    'TEMPLATE_RULE_UNKNOWN',
    `Expected a template whose mandatory rules are among ${UNDERSTOOD_RULES.join(', ')}, received ${unknown.join(', ')}. ` +
      'A block mined without understanding that rule would be invalid: look for a newer hashgap.',
    { details: { unknown } },
  );
}

/** A signet whose challenge is OP_TRUE (0x51) needs no signature; every other one does. */
function refuseSignedSignet({ signet_challenge: challenge }: Template): void {
  if (challenge === undefined || challenge === '51') return;
  throw new HashgapError(
    'SIGNET_CHALLENGE',
    `Expected a signet with the challenge 51 (anyone may mine), received ${challenge}: only the holders of its key can sign blocks. ` +
      'Mine on regtest or testnet4, or on a signet of your own started with -signetchallenge=51.',
    { details: { challenge } },
  );
}

/** Typed access to the members of a JSON object; every miss is a `TEMPLATE_INVALID` that names the member. */
class Fields {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #owner: string;

  constructor(value: unknown, owner: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(`${owner} to be an object`, value);
    }
    this.#members = value as Record<string, unknown>;
    this.#owner = owner;
  }

  names(): string[] {
    return Object.keys(this.#members);
  }

  optional(name: string): unknown {
    return this.#members[name] ?? undefined;
  }

  integer(name: string): number {
    return this.#get(name, 'an integer', (value): value is number => Number.isSafeInteger(value));
  }

  optionalString(name: string): string | undefined {
    return this.optional(name) === undefined ? undefined : this.#get(name, 'a string', isString);
  }

  strings(name: string): string[] {
    return this.#get(
      name,
      'a list of strings',
      (value) => Array.isArray(value) && value.every(isString),
    ) as string[];
  }

  list(name: string): unknown[] {
    return this.#get(name, 'a list', (value): value is unknown[] => Array.isArray(value));
  }

  hex(name: string, bytes?: number): string {
    const isHex = (value: unknown): value is string =>
      isString(value) &&
      /^([0-9a-fA-F]{2})*$/.test(value) &&
      (bytes === undefined || value.length === 2 * bytes);
    return this.#get(name, bytes === undefined ? 'hex' : `${bytes} bytes of hex`, isHex);
  }

  #get<T>(name: string, form: string, fits: (value: unknown) => value is T): T;
  #get(name: string, form: string, fits: (value: unknown) => boolean): unknown;
  #get(name: string, form: string, fits: (value: unknown) => boolean): unknown {
    const value = this.#members[name];
    if (!fits(value)) throw invalid(`${this.#owner} to have "${name}", ${form}`, value);
    return value;
  }
}

const isString = (value: unknown): value is string => typeof value === 'string';

function invalid(expected: string, received: unknown): HashgapError {
  const shown =
    received === undefined ? 'nothing' : (JSON.stringify(received)?.slice(0, 60) ?? String(received));
  return new HashgapError(
    'TEMPLATE_INVALID',
    `Expected ${expected}, received ${shown}. Check that --node is a bitcoind of version 0.21 or later.`,
    { details: { expected, received } },
  );
}
