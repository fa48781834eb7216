/** The embedded node and a real bitcoind side by side: every call goes to both, and both must answer the same. */
import { expect } from 'vitest';
import { type Block, encodeBlock } from '../../src/bitcoin/block.ts';
import { headerHash } from '../../src/bitcoin/header.ts';
import { hashToDisplay, toHex } from '../../src/bitcoin/hex.ts';
import { type RegtestNode, startRegtestNode } from '../../src/regtest/node.ts';
import { RealNode } from '../support/bitcoind.ts';
import { type Changes, makeBlock, type Slot } from './blocks.ts';
import { type Outcome, outcome, rpc } from './rpc-client.ts';

/** What Bitcoin Knots, the real node at hand, adds to the answers of Bitcoin Core. */
const KNOTS_ONLY = ['txcount', 'header_version', 'currentblocksize'];

/** An answer without what only Bitcoin Knots says. */
export function withoutKnots(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutKnots);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !KNOTS_ONLY.includes(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutKnots(inner)]));
}

/** The hash of a block as RPC shows it. */
export const idOf = (block: Block): string => hashToDisplay(headerHash(block.header));

/** A block as submitblock takes it. */
export const hexOf = (block: Block): string => toHex(encodeBlock(block));

/** Both nodes under one clock, so that even times can be compared. */
export class Pair {
  readonly real: RealNode;
  readonly ours: RegtestNode;
  #clock: { seconds: number };
  #extranonce = 0;

  private constructor(real: RealNode, ours: RegtestNode, clock: { seconds: number }) {
    this.real = real;
    this.ours = ours;
    this.#clock = clock;
  }

  static async start(path: string): Promise<Pair> {
    const clock = { seconds: 1_790_000_000 };
    const real = await RealNode.start({ path });
    const pair = new Pair(real, await startRegtestNode({ now: () => clock.seconds }), clock);
    await pair.passTime(0);
    return pair;
  }

  async stop(): Promise<void> {
    await this.ours.close();
    await this.real.stop();
  }

  /** What both clocks show, Unix seconds. */
  get now(): number {
    return this.#clock.seconds;
  }

  async passTime(seconds: number): Promise<void> {
    this.#clock.seconds += seconds;
    await rpc(this.real, 'setmocktime', this.now);
  }

  /** Asks both nodes and expects one answer. */
  async both(method: string, ...params: readonly unknown[]): Promise<Outcome> {
    const [theirs, mine] = await this.each(method, ...params);
    expect(withoutKnots(mine)).toEqual(withoutKnots(theirs));
    return mine;
  }

  /** Asks both nodes: the real one's answer first. */
  each(method: string, ...params: readonly unknown[]): Promise<[Outcome, Outcome]> {
    return Promise.all([outcome(this.real, method, ...params), outcome(this.ours, method, ...params)]);
  }

  /** The place behind the tip. */
  async slot(): Promise<Slot> {
    const answer = await this.both('getblocktemplate', { rules: ['segwit'] });
    return (answer as { result: Slot }).result;
  }

  /** Height of the tip. */
  get height(): number {
    return this.ours.chain.tip.height;
  }

  async submit(block: Block): Promise<Outcome> {
    const answer = await this.both('submitblock', hexOf(block));
    await this.both('getbestblockhash');
    return answer;
  }

  /** A block on the tip that no other test has made. */
  async fresh(changes: Changes = {}): Promise<Block> {
    this.#extranonce += 1;
    return makeBlock(await this.slot(), { extranonce: this.#extranonce, ...changes });
  }

  /** A block on `parent`, whether the nodes have that or not; it claims nothing. */
  child(parent: Block, height: number, changes: Changes = {}): Block {
    this.#extranonce += 1;
    const { nTime, nBits } = parent.header;
    const place = { previousblockhash: idOf(parent), height, version: 0x20000000, coinbasevalue: 0 };
    const slot = { ...place, curtime: nTime + 1, mintime: nTime + 1, bits: nBits.toString(16) };
    return makeBlock(slot, { extranonce: this.#extranonce, ...changes });
  }

  async mine(count: number): Promise<void> {
    for (let i = 0; i < count; i++) expect(await this.submit(await this.fresh())).toEqual({ result: null });
  }

  /** Everything that can be read about the chain with its tip at `tip`. */
  async compareChain(tip: number): Promise<void> {
    expect(await this.both('getblockcount')).toEqual({ result: tip });
    await this.slot();
    await this.both('getnetworkhashps');
    await this.both('getmininginfo');
    await this.compareInfo();
    for (const at of [0, 1, tip - 1, tip]) if (at >= 0) await this.compareBlock(at);
  }

  async compareInfo(): Promise<void> {
    const [theirs, mine] = await this.each('getblockchaininfo');
    const { result } = theirs as { result: object };
    // bitcoind adds its undo files to the size.
    expect(mine).toEqual({ result: { ...result, size_on_disk: expect.any(Number) } });
  }

  async compareBlock(at: number): Promise<void> {
    const { result } = (await this.both('getblockhash', at)) as { result: string };
    await this.both('getblockheader', result);
    await this.both('getblockheader', result, false);
    for (const verbosity of [0, 1, 2]) await this.both('getblock', result, verbosity);
  }
}
