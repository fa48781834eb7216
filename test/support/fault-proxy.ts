/** A TCP proxy that damages what passes through it. What it does, and at which byte, follows from its seed alone. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { type Random, seededRandom } from './random.ts';

/** Everything that can happen to a connection. */
export const FAULT_KINDS = [
  /** The connection ends in good order, in the middle of whatever passes. */
  'cut',
  /** The client's socket is reset. */
  'reset',
  /** Nothing passes any more in either direction, and nobody is told. */
  'half-open',
  /** The bytes behind this one come a few milliseconds later, all at once. */
  'delay',
  /** The next bytes, up to 1,024, are read piece by piece with a millisecond in between, so that the sender's buffers fill. */
  'slow-reader',
  /** Random bytes are put in. */
  'garbage',
  /** The bytes just passed come again. */
  'duplicate',
  /** The next bytes are lost. */
  'loss',
] as const;

/** One kind of fault. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** How to damage. */
export interface FaultProxyOptions {
  /** Where the undamaged server listens on loopback. */
  readonly targetPort: number;
  /** The same seed does the same to the same bytes. */
  readonly seed: number;
  /** @default all */
  readonly faults?: readonly FaultKind[];
  /** Bytes between two faults of one direction, on average. @default 2_000 */
  readonly meanBytes?: number;
  /** Longest wait, milliseconds. @default 5 */
  readonly maxDelayMs?: number;
  /** Cut what passes into pieces at random bytes. @default true */
  readonly split?: boolean;
}

/** A fault that happened: which connection (0 is the first), which way the bytes went, before which of them. */
export interface Fault {
  readonly connection: number;
  readonly way: 'to-client' | 'to-server';
  readonly at: number;
  readonly kind: FaultKind;
}

/** A running proxy. */
export interface FaultProxy {
  readonly port: number;
  /** What happened so far, in order. */
  readonly log: readonly Fault[];
  /** From here on nothing is damaged; connections that are half open are reset. */
  heal(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a port of its own. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const log: Fault[] = [];
  const links = new Set<Link>();
  const health = { healed: false };
  let connections = 0;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: options.targetPort, host: '127.0.0.1', noDelay: true });
    const link: Link = { client, upstream, health, half: false };
    const connection = connections++;
    links.add(link);
    for (const socket of [client, upstream]) {
      socket.on('error', () => {}); // faults are what this is for
      socket.on('close', () => {
        if (client.closed && upstream.closed) links.delete(link);
      });
    }
    for (const way of ['to-client', 'to-server'] as const) {
      const script = createScript(options, connection, way);
      void pump(link, way, script, (kind, at) => log.push({ connection, way, at, kind }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    log,
    heal() {
      health.healed = true;
      for (const { half, client } of links) if (half) client.resetAndDestroy();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const { client, upstream } of links) {
        client.destroy();
        upstream.destroy();
      }
      await closed;
    },
  };
}

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly health: { healed: boolean };
  half: boolean;
}

/** What happens to one direction of one connection, by the position of its bytes: never by the clock, nor by how packets are cut. */
interface Script {
  readonly random: Random;
  readonly maxDelayMs: number;
  /** The next fault, and how many bytes pass before it. */
  readonly fault: { readonly at: number; readonly kind: FaultKind };
  /** Where the next piece ends. */
  readonly splitAt: number;
  /** Called when a fault happened, or a split was reached. */
  nextFault(): void;
  nextSplit(): void;
}

function createScript(
  { seed, faults = FAULT_KINDS, meanBytes = 2_000, maxDelayMs = 5, split = true }: FaultProxyOptions,
  connection: number,
  way: Fault['way'],
): Script {
  const own =
    Math.imul(seed, 0x9e3779b1) ^ Math.imul(2 * connection + (way === 'to-client' ? 1 : 2), 0x85ebca6b);
  const random = seededRandom(own);
  const randomSplit = seededRandom(own ^ 0x55555555);
  const kind = () => faults[random(faults.length)]!;
  const gap = () => 1 + random(2 * meanBytes);
  // One piece in four is of a few bytes, one of up to 16, the others larger: a line is cut often, and a run stays cheap.
  const piece = () =>
    split ? 1 + randomSplit([4, 16, 256, 1024][randomSplit(4)]!) : Number.POSITIVE_INFINITY;
  let fault =
    faults.length === 0
      ? { at: Number.POSITIVE_INFINITY, kind: 'cut' as const }
      : { at: gap(), kind: kind() };
  let splitAt = piece();
  return {
    random,
    maxDelayMs,
    get fault() {
      return fault;
    },
    get splitAt() {
      return splitAt;
    },
    nextFault() {
      fault = { at: fault.at + gap(), kind: kind() };
    },
    nextSplit() {
      splitAt += piece();
    },
  };
}

const ENDS = new Set<FaultKind>(['cut', 'reset', 'half-open']);
const MAX_DAMAGE_BYTES = 64;

/** How far one direction has come. */
interface Passage extends Damage {
  /** Bytes read. */
  at: number;
  /** The bytes that passed last. */
  recent: Buffer;
}

type RecordFault = (kind: FaultKind, at: number) => void;

/** Carries the bytes of one direction until it ends. */
async function pump(link: Link, way: Fault['way'], script: Script, record: RecordFault): Promise<void> {
  const [from, to] = way === 'to-client' ? [link.upstream, link.client] : [link.client, link.upstream];
  const passage: Passage = { at: 0, recent: Buffer.alloc(0), ...UNDAMAGED };
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      if (!link.half) await carry(chunk, { link, to, script, passage, record }); // half open: read and dropped
    }
  } catch {
    // A reset of either side; what follows takes down the other.
  }
  if (way === 'to-server') link.upstream.destroySoon();
  else if (!link.half) link.client.destroySoon();
}

interface Carriage {
  readonly link: Link;
  readonly to: Socket;
  readonly script: Script;
  readonly passage: Passage;
  readonly record: RecordFault;
}

/** Carries one chunk, piece by piece. */
async function carry(chunk: Buffer, { link, to, script, passage, record }: Carriage): Promise<void> {
  for (let rest = chunk; rest.length > 0 && !link.half && !to.destroyed; ) {
    const { at, lostUntil } = passage;
    const faultAt = link.health.healed ? Number.POSITIVE_INFINITY : script.fault.at;
    const size = Math.min(rest.length, faultAt - at, script.splitAt - at);
    const piece = rest.subarray(Math.min(size, Math.max(0, lostUntil - at)), size);
    rest = rest.subarray(size);
    passage.at += size;
    await write(to, piece);
    passage.recent = Buffer.concat([passage.recent, piece]).subarray(-MAX_DAMAGE_BYTES);
    if (passage.at === script.splitAt) {
      script.nextSplit();
      await (passage.at < passage.slowUntil ? delay(1) : nextTurn()); // or the kernel would join the pieces
    }
    if (passage.at !== faultAt) continue;
    const { kind } = script.fault;
    record(kind, faultAt);
    if (ENDS.has(kind)) return end(link, kind);
    Object.assign(passage, await damage(kind, to, passage, script));
    script.nextFault();
  }
}

async function end(link: Link, kind: FaultKind): Promise<void> {
  await nextTurn(); // a reset in the turn of a write would go out as an orderly end
  if (kind === 'half-open' && !link.health.healed) link.half = true;
  else if (kind === 'half-open' || kind === 'reset') link.client.resetAndDestroy();
  else link.client.destroySoon();
}

/** Up to which positions bytes are lost, or read slowly. */
interface Damage {
  readonly lostUntil: number;
  readonly slowUntil: number;
}

const UNDAMAGED: Damage = { lostUntil: 0, slowUntil: 0 };

/** Does what can be done at once; gives what lasts. */
async function damage(
  kind: FaultKind,
  to: Socket,
  { at, recent }: Passage,
  { random, maxDelayMs }: Script,
): Promise<Damage> {
  const amount = 1 + random(MAX_DAMAGE_BYTES);
  switch (kind) {
    case 'loss':
      return { ...UNDAMAGED, lostUntil: at + amount };
    case 'slow-reader':
      return { ...UNDAMAGED, slowUntil: at + 16 * amount };
    case 'duplicate':
      await write(to, recent.subarray(-amount));
      return UNDAMAGED;
    case 'garbage':
      await write(to, Buffer.from(Array.from({ length: amount }, () => random(256))));
      return UNDAMAGED;
    default:
      await delay((amount / MAX_DAMAGE_BYTES) * maxDelayMs);
      return UNDAMAGED;
  }
}

/** Writes, and waits while the other side does not read. */
async function write(to: Socket, piece: Uint8Array): Promise<void> {
  if (piece.length === 0 || to.destroyed || to.write(piece)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      to.off('drain', done).off('close', done);
      resolve();
    };
    to.on('drain', done).on('close', done);
  });
}
