/** Lock files: one process at a time owns what stands behind one, and a process that died holds nothing. */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that has the lock. */
export interface LockHolder {
  readonly heldBy: number;
  /** Whether that process id is one of another container or machine. */
  readonly isElsewhere: boolean;
  /** When the owner touched the lock last, Unix milliseconds. */
  readonly touchedMs: number;
}

/**
 * The owner of a lock, as messages name it.
 *
 * @example
 * ```ts
 * ownerText({ heldBy: 7, isElsewhere: true, touchedMs: 0 }); // 'process 7 in another container or on another machine'
 * ```
 */
export function ownerText({ heldBy, isElsewhere }: LockHolder): string {
  return isElsewhere ? `process ${heldBy} in another container or on another machine` : `process ${heldBy}`;
}

/** The lock, or the process that has it. */
export type Lock = { readonly release: () => void } | LockHolder;

/** How often an owner touches its lock, and how old an untouched lock of another place may be and still be held, milliseconds. */
const BEAT_MS = 10_000;
const HELD_MS = 60_000;

/** How often a lock of another place is looked at while it is waited for, milliseconds. */
const WAIT_MS = 1_000;

/**
 * Tries to take the lock file at `path`.
 *
 * Here, which is where process ids mean the same (`placeOf`), the holder's process tells whether the lock is held. A lock of another container or machine
 * is held as long as its owner touches it. The lock of a dead holder is removed under a second lock, taken in this same way: of those who saw it
 * dead one after the other, the later ones then see the new owner, and would have removed its lock otherwise. A taker that dies leaves a dead
 * second lock, which is taken over under a third.
 *
 * An owner that sleeps for a minute, as in a paused container, can lose its lock to another place and not know: what matters must be checked behind it.
 *
 * @throws {Error} the file system's own errors.
 */
export function takeLock(path: string): Lock {
  const own = `${process.pid} ${startToken(process.pid)} ${placeOf()} ${randomUUID()}\n`;
  return (tryCreate(path, own) ? undefined : takeOver(path, own)) ?? { release: keep(path, own) };
}

/**
 * Takes the lock, and waits for that of another place until it is clear whether its owner lives: as long as nobody touches it, for a minute at most. A
 * container or a machine that was started again is such another place, and finds its own lock of before.
 *
 * @param onWait - told once, when there is somebody to wait for.
 * @param signal - ends the wait, which rejects with its reason.
 * @throws {Error} the file system's own errors.
 */
export async function takeLockInTime(
  path: string,
  onWait: (holder: LockHolder) => void,
  signal?: AbortSignal,
): Promise<Lock> {
  let first: LockHolder | undefined;
  for (let turn = 0; turn <= HELD_MS / WAIT_MS + 1; turn++) {
    const lock = takeLock(path);
    if ('release' in lock || !lock.isElsewhere) return lock;
    if (first !== undefined && lock.touchedMs !== first.touchedMs) return lock;
    if (first === undefined) onWait(lock);
    first ??= lock;
    await delay(WAIT_MS, undefined, signal === undefined ? {} : { signal });
  }
  return first ?? takeLock(path);
}

/** Takes the lock of a holder that is gone, or says who has it. */
function takeOver(path: string, own: string): LockHolder | undefined {
  const holder = readHolder(path);
  if (holder !== undefined && isAlive(path, holder)) return named(path, holder);
  const guard = takeLock(`${path}.taker`);
  if (!('release' in guard)) return guard;
  try {
    const left = readHolder(path);
    if (left !== undefined && isAlive(path, left)) return named(path, left);
    if (left !== undefined) rmSync(path, { force: true }); // where there was none, one that appears now is another's
    return tryCreate(path, own) ? undefined : named(path, readHolder(path));
  } finally {
    guard.release();
  }
}

/** Touches our lock until it is given back. */
function keep(path: string, own: string): () => void {
  const beat = setInterval(() => {
    try {
      if (readText(path) === own) utimesSync(path, new Date(), new Date());
    } catch {
      // a disk that fails for a moment: five more beats come before anybody takes us for dead
    }
  }, BEAT_MS).unref();
  return () => {
    clearInterval(beat);
    if (readText(path) === own) rmSync(path, { force: true });
  };
}

interface Holder {
  /** 0 where the file does not say. */
  readonly pid: number;
  readonly token: string;
  readonly place: string;
}

const named = (path: string, holder: Holder | undefined): LockHolder => ({
  heldBy: holder?.pid ?? 0,
  isElsewhere: holder !== undefined && holder.place !== placeOf(),
  touchedMs: touchedMs(path),
});

const touchedMs = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;

/** A link appears together with its content, so nobody ever reads a lock that is half written. */
function tryCreate(path: string, content: string): boolean {
  const draft = `${path}.${randomUUID()}`; // process ids are not unique among containers
  try {
    writeFileSync(draft, content, { mode: 0o600 });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What the file says, undefined where there is none. Locks of older versions name no place: it is this one. */
function readHolder(path: string): Holder | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const [pid = '', token = '', place = placeOf()] = text.trim().split(' ');
  return { pid: /^\d+$/.test(pid) ? Number(pid) : 0, token, place };
}

/** Where process ids mean the same: a boot of a machine, and in it a namespace of process ids, as each container has one. */
function placeOf(): string {
  const place = [encodeURIComponent(hostname())];
  try {
    place.push(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    place.push(readlinkSync('/proc/self/ns/pid'));
  } catch {
    // not Linux: the host's name must do
  }
  return place.join('/');
}

/** Process ids are used again, in containers at every start, so the holder's time of birth must fit as well. */
function isAlive(path: string, { pid, token, place }: Holder): boolean {
  if (pid === 0) return false;
  if (place !== placeOf()) return Date.now() - touchedMs(path) < HELD_MS;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  if (isZombie(pid)) return false;
  const born = startToken(pid);
  return born === '' || token === '' || born === token;
}

/** A process that was killed and that its parent has not waited for: it holds nothing any more, and may stay for ever. */
function isZombie(pid: number): boolean {
  try {
    return /^.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // not Linux
  }
}

/** When process `pid` was born: since which boot and at which tick on Linux, empty where that cannot be told. */
function startToken(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // Field 22 of proc(5) stat, counted from behind the name, which may hold anything.
    const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
    return `${boot}:${ticks}`;
  } catch {
    // Elsewhere only our own birth is known; it tells this process from an earlier one with the same id.
    return pid === process.pid ? `origin:${Math.round(performance.timeOrigin)}` : '';
  }
}
