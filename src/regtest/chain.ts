/** The chain: owns the block index, takes blocks in, and keeps the valid branch with the most work active. */
import { type Block, encodeBlock } from '../bitcoin/block.ts';
import { headerHash } from '../bitcoin/header.ts';
import { hashToDisplay } from '../bitcoin/hex.ts';
import { ancestors, type BlockIndex, descendsFrom, indexHeader } from './block-index.ts';
import { connectBlock } from './connect.ts';
import { genesisBlock } from './params.ts';
import {
  addReservedValue,
  checkBlock,
  checkBlockInContext,
  checkHeaderInContext,
  type HeaderRules,
  type Refusal,
} from './validate.ts';

/** How old the tip may be for the chain to count as synchronised (`DEFAULT_MAX_TIP_AGE`), seconds. */
const MAX_TIP_AGE_SECONDS = 24 * 60 * 60;

/** What bitcoind keeps in front of each block in its files: the network's magic and the length, bytes. */
const STORAGE_HEADER_BYTES = 8;

/** What the chain needs from outside. */
export interface ChainOptions {
  /** nBits of every block after genesis. */
  readonly bits: number;
  /** The clock, Unix seconds. */
  readonly now: () => number;
  /** Writes a block to disk; called before the block changes the chain, so that what was answered is never lost. */
  readonly persist: (block: Uint8Array) => void;
}

/** The block index, the active chain, and the rules that move it. Every method is synchronous, so none can interleave. */
export class Chain {
  readonly bits: number;
  readonly genesis: BlockIndex;
  readonly #now: () => number;
  readonly #persist: (block: Uint8Array) => void;
  readonly #index = new Map<string, BlockIndex>();
  readonly #tipListeners = new Set<() => void>();
  /** Blocks whose body waits for the body of an ancestor (`m_blocks_unlinked`), by the parent's hash. */
  readonly #unlinked = new Map<string, BlockIndex[]>();
  /** Connectable blocks that are at least as good as the tip, the tip among them (`setBlockIndexCandidates`). */
  #candidates = new Set<BlockIndex>();
  /** The active chain by height. */
  #active: BlockIndex[];
  #bestHeader: BlockIndex;
  #sequence = 0;
  #tipUpdates = 1;
  #storedBytes = 0;
  #synchronised = false;

  constructor(options: ChainOptions) {
    this.bits = options.bits;
    this.#now = options.now;
    this.#persist = options.persist;
    const block = genesisBlock();
    // Not `connected`: bitcoind never runs the checks on genesis, so a proposal of it is "duplicate-inconclusive".
    this.genesis = Object.assign(indexHeader(block.header, undefined), { block, chainTxCount: 1 });
    this.#index.set(this.genesis.hash, this.genesis);
    this.#active = [this.genesis];
    this.#bestHeader = this.genesis;
    this.#candidates.add(this.genesis);
    this.#countBytes(encodeBlock(block));
  }

  /** The last block of the active chain. */
  get tip(): BlockIndex {
    return this.#active.at(-1)!;
  }

  /** The header with the most work not known to be invalid; its body may be missing. */
  get bestHeader(): BlockIndex {
    return this.#bestHeader;
  }

  /** Blocks connected and disconnected so far: the counter in a `longpollid`. */
  get tipUpdates(): number {
    return this.#tipUpdates;
  }

  /** True until the tip was younger than a day for the first time (`IsInitialBlockDownload`). */
  get isInitialDownload(): boolean {
    this.#synchronised ||= this.tip.header.nTime >= this.#now() - MAX_TIP_AGE_SECONDS;
    return !this.#synchronised;
  }

  /** Bytes that bitcoind's block files would hold for the blocks of this chain. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Every accepted header. */
  entries(): Iterable<BlockIndex> {
    return this.#index.values();
  }

  /** The header with this hash as RPC shows it. */
  find(hash: string): BlockIndex | undefined {
    return this.#index.get(hash);
  }

  /** The block of the active chain at `height`. */
  at(height: number): BlockIndex | undefined {
    return this.#active[height];
  }

  /** True when `entry` is in the active chain. */
  isActive(entry: BlockIndex): boolean {
    return this.#active[entry.height] === entry;
  }

  /**
   * Calls `listener` whenever the tip has changed.
   *
   * @returns what ends it.
   */
  onTip(listener: () => void): () => void {
    this.#tipListeners.add(listener);
    return () => this.#tipListeners.delete(listener);
  }

  /**
   * Takes a block in (the submitblock RPC around `ProcessNewBlock`).
   *
   * @returns null when the block was connected, otherwise `duplicate`, `inconclusive` or the reject reason (BIP 22).
   */
  submit(received: Block): string | null {
    return this.#process(received, this.#now(), this.#persist);
  }

  /**
   * Takes a block in again that `persist` wrote in an earlier run. In the order they were written, they lead to the same
   * chain with the same memory of what is invalid. The clock is not asked: it may have been set back since.
   *
   * @returns what {@link Chain.submit} answered at the time.
   */
  restore(block: Block): string | null {
    return this.#process(block, Number.POSITIVE_INFINITY, () => {});
  }

  #process(received: Block, now: number, persist: (block: Uint8Array) => void): string | null {
    const parent = this.find(hashToDisplay(received.header.prevHash));
    const block = parent === undefined ? received : addReservedValue(received);
    const refusal = checkBlock(block);
    if (refusal !== undefined) return refusal.reason; // never remembered, and no header is indexed
    const accepted = this.#accept(block, { bits: this.bits, now }, persist);
    if (typeof accepted === 'string') return accepted;
    const checked = this.#activateBestChain();
    // bitcoind hears of a verdict only when the block itself was connected or refused on the way.
    return checked.has(accepted) ? checked.get(accepted)! : 'inconclusive';
  }

  /** What submitting the block would answer if it had proof of work (getblocktemplate's proposal mode, BIP 23). */
  propose(block: Block): string | null {
    const known = this.find(hashToDisplay(headerHash(block.header)));
    if (known !== undefined) {
      if (known.failed) return 'duplicate-invalid';
      return known.connected ? 'duplicate' : 'duplicate-inconclusive';
    }
    const tip = this.tip;
    if (hashToDisplay(block.header.prevHash) !== tip.hash) return 'inconclusive-not-best-prevblk';
    // TestBlockValidity: the header first, unlike ProcessNewBlock.
    const refusal =
      checkHeaderInContext(block.header, tip, { bits: this.bits, now: this.#now() }) ??
      checkBlock(block, false) ??
      checkBlockInContext(block, tip);
    return refusal?.reason ?? connectBlock(block, tip) ?? null;
  }

  /** `AcceptBlock`: the new entry when the body was stored, otherwise what submitblock answers. */
  #accept(block: Block, rules: HeaderRules, persist: (block: Uint8Array) => void): BlockIndex | string {
    const hash = hashToDisplay(headerHash(block.header));
    const known = this.#index.get(hash);
    if (known?.failed) return 'duplicate-invalid';
    if (known?.block !== undefined) return 'duplicate';
    const parent = known === undefined ? this.find(hashToDisplay(block.header.prevHash)) : known.parent;
    if (parent === undefined) return 'prev-blk-not-found';
    if (known === undefined) {
      if (parent.failed) return 'bad-prevblk';
      const refusal = checkHeaderInContext(block.header, parent, rules);
      if (refusal !== undefined) return refusal.reason;
    }
    const refusal = checkBlockInContext(block, parent);
    // The header is good: even a refused body leaves it in the index, so it goes to disk as well, but only once.
    const bytes = encodeBlock(block);
    if (known === undefined || refusal?.mutated !== true) persist(bytes);
    if (refusal === undefined) this.#countBytes(bytes);
    return this.#acceptBody(known ?? indexHeader(block.header, parent), block, refusal);
  }

  #countBytes(block: Uint8Array): void {
    this.#storedBytes += STORAGE_HEADER_BYTES + block.length;
  }

  #acceptBody(entry: BlockIndex, block: Block, refusal: Refusal | undefined): BlockIndex | string {
    this.#index.set(entry.hash, entry);
    if (entry.chainWork > this.#bestHeader.chainWork) this.#bestHeader = entry;
    if (refusal !== undefined) {
      if (!refusal.mutated) entry.failed = true;
      return refusal.reason;
    }
    entry.block = block;
    this.#link(entry);
    return entry;
  }

  /** `ReceivedBlockTransactions`: the block, and what has waited for it, becomes connectable. */
  #link(received: BlockIndex): void {
    const queue = [received];
    for (const entry of queue) {
      const before = entry.parent?.chainTxCount;
      if (before === undefined) {
        this.#unlinked.set(entry.parent!.hash, [...(this.#unlinked.get(entry.parent!.hash) ?? []), entry]);
        continue;
      }
      entry.chainTxCount = before + entry.block!.transactions.length;
      entry.sequence = ++this.#sequence;
      if (!isWorse(entry, this.tip)) this.#candidates.add(entry);
      queue.push(...(this.#unlinked.get(entry.hash) ?? []));
      this.#unlinked.delete(entry.hash);
    }
  }

  /** `ActivateBestChain`. Returns the verdict on every block it tried to connect: null or the reject reason. */
  #activateBestChain(): Map<BlockIndex, string | null> {
    const before = this.tip;
    const checked = new Map<BlockIndex, string | null>();
    for (let best = this.#bestCandidate(); best !== this.tip; best = this.#bestCandidate()) {
      this.#switchTo(best, checked);
    }
    this.#candidates = new Set([...this.#candidates].filter((entry) => !isWorse(entry, this.tip)));
    this.#synchronised = !this.isInitialDownload; // the latch must see every tip
    if (this.tip !== before) for (const listener of [...this.#tipListeners]) listener();
    return checked;
  }

  /** `FindMostWorkChain`. The tip is always a candidate, and so is the tip before a reorganisation that failed. */
  #bestCandidate(): BlockIndex {
    return [...this.#candidates]
      .filter((entry) => !entry.failed)
      .reduce((best, entry) => (isWorse(best, entry) ? entry : best));
  }

  /** Walks from the tip to `target` through their fork, and stops at the first block that does not connect. */
  #switchTo(target: BlockIndex, checked: Map<BlockIndex, string | null>): void {
    const path: BlockIndex[] = [];
    for (const entry of ancestors(target)) {
      if (this.isActive(entry)) break;
      path.unshift(entry);
    }
    const forkHeight = path[0]!.height - 1;
    this.#tipUpdates += this.tip.height - forkHeight;
    this.#active.length = forkHeight + 1;
    for (const entry of path) {
      const reason = connectBlock(entry.block!, entry.parent!);
      checked.set(entry, reason ?? null);
      if (reason !== undefined) {
        this.#invalidate(entry);
        return;
      }
      entry.connected = true;
      this.#active.push(entry);
      this.#tipUpdates += 1;
    }
  }

  /** `InvalidChainFound`: nothing may ever be built on `entry`. */
  #invalidate(entry: BlockIndex): void {
    for (const other of this.#index.values()) if (descendsFrom(other, entry)) other.failed = true;
    if (!this.#bestHeader.failed) return;
    this.#bestHeader = [...this.#index.values()]
      .filter(({ failed }) => !failed)
      .reduce((best, other) => (other.chainWork > best.chainWork ? other : best), this.tip);
  }
}

/** `CBlockIndexWorkComparator`: less work, or as much but seen later. */
function isWorse(a: BlockIndex, b: BlockIndex): boolean {
  return a.chainWork === b.chainWork ? a.sequence > b.sequence : a.chainWork < b.chainWork;
}
