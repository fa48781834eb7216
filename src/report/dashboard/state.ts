/** What the dashboard shows: plain data, and a pure reducer of events into it. */
import type { MinerEvent } from '../../events.ts';
import { NO_STATS, reduceStats, type Stats } from '../../stats.ts';
import { safeText } from '../text.ts';
import { addBlock, type BlockState, judgeBlock } from './blocks.ts';
import { addMessage, type Message, messageOf, withoutUser } from './messages.ts';
import { addHashes, NO_HASHES, type RateHistory } from './rates.ts';

/** What no event tells: it is known before the run begins. */
export interface DashboardAbout {
  readonly version: string;
  /** Where work will come from, shown until a source says that it is connected. */
  readonly source?: string;
  /** Who is paid at a source, by the source's name: the payout address at a node. The worker at a pool is in the name itself. Never a password. */
  readonly users?: Readonly<Record<string, string>>;
  /** The best share difficulty of all earlier runs. @default 0 */
  readonly bestEver?: number;
  /** A pool that pays less of the reward than this to the expected address is warned of, in percent. @default 98 */
  readonly minPayoutPercent?: number;
}

/** The connection: `reason` says why there is no work. */
export type SourceState =
  | (SourceName & { readonly status: 'connecting' | 'up' })
  /** `told` is the message that says the same. */
  | (SourceName & { readonly status: 'down'; readonly reason: string; readonly told: string });

interface SourceName {
  readonly name: string | undefined;
  readonly user: string | undefined;
  readonly sinceMs: number;
}

/** One engine; its history is empty where scans do not say whose they are. */
export interface EngineState {
  readonly engine: string;
  /** The adapter of a GPU. */
  readonly device: string | undefined;
  readonly kernel: string;
  readonly threads: number;
  /** It failed, and the others go on. */
  readonly lost: boolean;
  readonly rate: RateHistory;
}

/** The latest job. */
export interface JobState {
  readonly height: number | undefined;
  readonly difficulty: number;
  readonly shareDifficulty: number;
  readonly transactions: number | undefined;
  readonly coinbaseValue: bigint | undefined;
  readonly atMs: number;
  /** When the tip last changed, as far as this run has seen. */
  readonly tipAtMs: number | undefined;
}

/** Everything on the screen but the time of day. */
export interface DashboardState {
  readonly about: DashboardAbout;
  readonly startedAtMs: number;
  readonly stats: Stats;
  readonly source: SourceState;
  readonly engines: readonly EngineState[];
  readonly rate: RateHistory;
  readonly job: JobState | undefined;
  /** A share, a payout or a message came: there is a pool behind the source. */
  readonly pool: boolean;
  readonly lastShareAtMs: number | undefined;
  readonly payout: Extract<MinerEvent, { type: 'payout' }> | undefined;
  /** How many were found, and the latest of them, the latest last. */
  readonly blocksFound: number;
  readonly blocks: readonly BlockState[];
  /** The latest last. */
  readonly messages: readonly Message[];
}

/** Seconds an engine's own history reaches back; only its rate now is shown. */
const ENGINE_SECONDS = 60;

/** The state before the first event. */
export function newDashboard(about: DashboardAbout, startedAtMs: number): DashboardState {
  return {
    about,
    startedAtMs,
    stats: NO_STATS,
    source: { status: 'connecting', ...sourceName(about, about.source), sinceMs: startedAtMs },
    engines: [],
    rate: NO_HASHES,
    job: undefined,
    pool: /^stratum/.test(about.source ?? ''),
    lastShareAtMs: undefined,
    payout: undefined,
    blocksFound: 0,
    blocks: [],
    messages: [],
  };
}

/** The state after one more event. */
export function reduceDashboard(state: DashboardState, event: MinerEvent): DashboardState {
  const message = messageOf(event);
  const next = {
    ...state,
    stats: reduceStats(state.stats, event),
    messages: message === undefined ? state.messages : addMessage(state.messages, message),
  };
  switch (event.type) {
    case 'engine':
      return { ...next, engines: addEngine(state.engines, event) };
    case 'engine-lost':
      return { ...next, engines: loseEngine(state.engines, event.engine) };
    case 'scan':
      return scanned(next, event);
    case 'source-up':
    case 'source-down':
      return { ...next, source: sourceAfter(state, event) };
    case 'job':
      return { ...next, ...jobAfter(state, event) };
    case 'payout':
      return { ...next, pool: true, payout: event };
    case 'pool-message':
      return { ...next, pool: true };
    case 'share':
      return shareFound(next, event);
    case 'share-verdict':
      return { ...next, pool: true, blocks: judgeBlock(state.blocks, event) };
    case 'block':
      return { ...next, ...addBlock(state, event, 'node') };
    case 'recovered':
      return { ...next, ...addBlock(state, event, 'earlier run') };
    case 'verdict':
      return { ...next, blocks: judgeBlock(state.blocks, event) };
    default:
      return next;
  }
}

function shareFound(state: DashboardState, event: Extract<MinerEvent, { type: 'share' }>): DashboardState {
  const block = event.block ? addBlock(state, event, 'pool') : {};
  return { ...state, ...block, pool: true, lastShareAtMs: event.atMs };
}

function addEngine(
  engines: readonly EngineState[],
  { engine, device, kernel, threads }: Extract<MinerEvent, { type: 'engine' }>,
): EngineState[] {
  const started = { engine, device, kernel, threads, lost: false, rate: NO_HASHES };
  const known = engines.some((each) => each.engine === engine);
  return known
    ? engines.map((each) => (each.engine === engine ? { ...started, rate: each.rate } : each))
    : [...engines, started];
}

function loseEngine(engines: readonly EngineState[], name: string): EngineState[] {
  return engines.map((each) => (each.engine === name ? { ...each, lost: true } : each));
}

/** A scan without a name is the only engine's. */
function scanned(state: DashboardState, event: Extract<MinerEvent, { type: 'scan' }>): DashboardState {
  const { hashes, seconds, atMs } = event;
  const name = event.engine ?? (state.engines.length === 1 ? state.engines[0]!.engine : undefined);
  return {
    ...state,
    rate: addHashes(state.rate, hashes, atMs, seconds),
    engines: state.engines.map((each) =>
      each.engine === name
        ? { ...each, rate: addHashes(each.rate, hashes, atMs, seconds, ENGINE_SECONDS) }
        : each,
    ),
  };
}

/**
 * A source that goes on being down keeps the time since it is, and tells its latest reason. One that is down while another delivers work, as the first of
 * several pools after a fail-over, changes nothing.
 */
function sourceAfter(
  { about, source: before }: DashboardState,
  event: Extract<MinerEvent, { type: 'source-up' | 'source-down' }>,
): SourceState {
  const source = sourceName(about, event.source);
  const sinceMs = event.atMs;
  if (event.type === 'source-up') return { status: 'up', ...source, sinceMs };
  const another = before.name !== source.name || before.user !== source.user;
  if (before.status === 'up' && another) return before;
  const reason = safeText(withoutUser(event.reason));
  const told = messageOf(event)?.text ?? '';
  const since = before.status === 'down' ? before.sinceMs : sinceMs;
  return { status: 'down', ...source, reason, told, sinceMs: since };
}

/** A pool's source is named `URL as WORKER`; of every other one the user is known beforehand, or there is none. */
function sourceName({ users }: DashboardAbout, source: string | undefined) {
  if (source === undefined) return { name: undefined, user: undefined };
  const [, url = source, worker] = /^(\S+:\/\/\S+) as (.+)$/s.exec(source) ?? [];
  const user = users?.[source] ?? worker;
  return {
    name: safeText(withoutUser(url)),
    user: user === undefined ? undefined : safeText(user),
  };
}

function jobAfter(
  { job, pool }: DashboardState,
  event: Extract<MinerEvent, { type: 'job' }>,
): Pick<DashboardState, 'job' | 'pool'> {
  const { height, difficulty, shareDifficulty, transactions, coinbaseValue, atMs } = event;
  const tipAtMs = event.clean ? atMs : job?.tipAtMs;
  return {
    job: { height, difficulty, shareDifficulty, transactions, coinbaseValue, atMs, tipAtMs },
    pool: pool || shareDifficulty < difficulty,
  };
}
