/** The test pool on a real bitcoind: templates become work, whose coinbase pays the address in the user's name; blocks are submitted. */
import { createHash } from 'node:crypto';
import { address, networks } from 'bitcoinjs-lib';
import type { RealNode } from './bitcoind.ts';
import { startPool, type TestPool, type TestPoolOptions } from './pool.ts';
import type { PoolWork } from './pool-work.ts';

/** A pool that mines solo for whoever connects. */
export interface SoloPool extends TestPool {
  /** Blocks that the node took, by their hash, oldest first. */
  readonly blocks: readonly string[];
  /** Asks the node for a new template and announces it. */
  refresh(clean?: boolean): Promise<void>;
}

interface Template {
  readonly previousblockhash: string;
  readonly height: number;
  readonly version: number;
  readonly bits: string;
  readonly curtime: number;
  readonly coinbasevalue: number;
  readonly default_witness_commitment?: string;
  readonly transactions: readonly { readonly txid: string; readonly data: string }[];
}

const REGTEST = networks.regtest;

/** The script of an address on regtest, hex; with a text behind the first dot it is a worker's name. */
export const scriptOfUser = (user: string) =>
  Buffer.from(address.toOutputScript(user.split('.')[0]!, REGTEST)).toString('hex');

/** Starts a pool that works on `node`. */
export async function startSoloPool(
  node: RealNode,
  options: Partial<TestPoolOptions> = {},
): Promise<SoloPool> {
  const template = () => node.rpc<Template>('getblocktemplate', { rules: ['segwit'] });
  const blocks: string[] = [];
  const refresh = async (clean = true) => {
    pool.announce(workOf(await template()), clean);
  };
  const onBlock = async (hex: string, hash: string) => {
    const refused = await node.rpc<string | null>('submitblock', hex);
    if (refused !== null) return refused;
    blocks.push(hash);
    await refresh();
    return null;
  };
  const pool: TestPool = await startPool({
    work: workOf(await template()),
    outputs: (user, { value = 0n }) => [{ satoshis: value, script: scriptOfUser(user) }],
    onBlock,
    authorize: isAddress,
    ...options,
  });
  return { ...pool, blocks, refresh };
}

function isAddress(user: string): boolean {
  try {
    return scriptOfUser(user) !== '';
  } catch {
    return false;
  }
}

function workOf(template: Template): PoolWork {
  const { default_witness_commitment: commitment } = template;
  return {
    prevHash: template.previousblockhash,
    height: template.height,
    version: template.version,
    nBits: template.bits,
    nTime: template.curtime,
    value: BigInt(template.coinbasevalue),
    branch: branchOf(template.transactions.map(({ txid }) => Buffer.from(txid, 'hex').reverse())),
    transactions: template.transactions.map(({ data }) => data),
    ...(commitment === undefined ? {} : { commitment }),
  };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** The siblings of the coinbase on its way to the root. */
function branchOf(txids: readonly Buffer[]): string[] {
  const branch: string[] = [];
  let level: (Buffer | undefined)[] = [undefined, ...txids];
  while (level.length > 1) {
    if (level.length % 2 === 1) level.push(level.at(-1));
    branch.push(level[1]!.toString('hex'));
    const pairs = Array.from({ length: level.length / 2 }, (_, i) => [level[2 * i], level[2 * i + 1]]);
    level = pairs.map(([left, right]) =>
      left === undefined ? undefined : sha256(sha256(Buffer.concat([left, right!]))),
    );
  }
  return branch;
}
