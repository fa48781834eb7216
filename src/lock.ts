/** Lock files: one process at a time owns what stands behind one, and a process that died holds nothing. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** The lock, or the process that has it. */
export type Lock = { readonly release: () => void } | { readonly heldBy: number };

/**
 * Tries to take the lock file at `path`.
 *
 * @throws {Error} the file system's own errors.
 */
export function takeLock(path: string): Lock {
  const mine = `${process.pid} ${startToken(process.pid)}\n`;
  if (!tryCreate(path, mine)) {
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) return { heldBy: holder.pid };
    rmSync(path, { force: true });
    if (!tryCreate(path, mine)) return { heldBy: readHolder(path)?.pid ?? 0 }; // somebody was faster
  }
  return { release: () => rmSync(path, { force: true }) };
}

interface Holder {
  readonly pid: number;
  readonly token: string;
}

/** A link appears together with its content, so nobody ever reads a lock that is half written. */
function tryCreate(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
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

function readHolder(path: string): Holder | undefined {
  try {
    const [pid = '', token = ''] = readFileSync(path, 'utf8').trim().split(' ');
    return /^\d+$/.test(pid) ? { pid: Number(pid), token } : undefined;
  } catch {
    return undefined;
  }
}

/** Process ids are used again, in containers at every start, so the holder's time of birth must fit as well. */
function isAlive({ pid, token }: Holder): boolean {
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
