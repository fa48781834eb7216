/** The dashboard as lines: panels in one column or two, and what is left out where there is not room for all. */
import { formatAge } from '../numbers.ts';
import { enginesPanel } from './engines-panel.ts';
import {
  ASCII,
  type Line,
  lineWidth,
  type Paint,
  renderLine,
  type Span,
  type Symbols,
  UNICODE,
} from './line.ts';
import { blocksPanel, messagesPanel } from './news-panels.ts';
import { type Panel, RANK, type Row, type View } from './panel.ts';
import { hashratePanel, jobPanel, oddsPanel, rateNow, sourcePanel } from './panels.ts';
import { payoutPanel, sharesPanel, workPanel } from './pool-panels.ts';
import type { DashboardState } from './state.ts';

/** The terminal a frame is for. */
export interface FrameOptions {
  /** Columns; a frame is never wider than 200. */
  readonly width: number;
  /** Rows; the frame is never higher. */
  readonly height: number;
  readonly ascii: boolean;
  readonly paint: Paint;
  /** Unix milliseconds: ages are counted from here. */
  readonly nowMs: number;
}

const WIDEST = 200;

/** From here on there are two columns of panels. */
const TWO_COLUMNS = 100;

/** Titles take their longest, `hashrate`, and a gap. */
const TITLE_COLUMNS = 10;

/**
 * The dashboard of a moment: at most `height` lines of at most `width` columns. The least important rows are left out first: spare lines, older messages,
 * details, then whole panels; title, source and hashrate go last.
 */
export function dashboardLines(state: DashboardState, options: FrameOptions): string[] {
  const { height, ascii, paint, nowMs } = options;
  const width = Math.min(options.width, WIDEST);
  const symbols = ascii ? ASCII : UNICODE;
  const frame = { symbols, nowMs };
  const parts = layOut(state, width, frame);
  const kept = fittingRanks(parts, height);
  const render = (line: Line, columns: number, pad = false) =>
    renderLine(line, { width: columns, symbols, paint, pad });
  const { widths } = parts;
  const [left = [], right] = parts.columns.map((panels) => stack(panels, kept));
  const body = Array.from({ length: Math.max(left.length, right?.length ?? 0) }, (_, i) =>
    right === undefined
      ? render(left[i] ?? [], widths[0]!)
      : `${render(left[i] ?? [], widths[0]!, true)} ${paint('dim', symbols.divider)} ${render(right[i] ?? [], widths[1]!)}`.trimEnd(),
  );
  const lines = [
    render(titleLine(state, width, frame), width),
    ...body,
    ...stack(parts.footer, kept).map((line) => render(line, width)),
  ];
  return lines.slice(0, Math.max(0, height));
}

/** Panels where they will stand, with all their rows. */
interface Parts {
  readonly columns: readonly (readonly Panel[])[];
  readonly widths: readonly number[];
  readonly footer: readonly Panel[];
}

function layOut(state: DashboardState, width: number, frame: Omit<View, 'width'>): Parts {
  const within = (columns: number): View => ({ ...frame, width: Math.max(1, columns - TITLE_COLUMNS) });
  const main = [sourcePanel, hashratePanel, enginesPanel] as const;
  const pool = [sharesPanel, workPanel, payoutPanel] as const;
  const footer = [messagesPanel(state, within(width))];
  const make = (panels: readonly ((state: DashboardState, view: View) => Panel)[], columns: number) =>
    panels.map((panel) => panel(state, within(columns)));
  if (width < TWO_COLUMNS) {
    const panels = state.pool
      ? [sourcePanel, payoutPanel, hashratePanel, enginesPanel, jobPanel, sharesPanel, workPanel, oddsPanel]
      : [...main, jobPanel, oddsPanel];
    return { columns: [make([...panels, blocksPanel], width)], widths: [width], footer };
  }
  const widths = [Math.floor((width - 3) / 2), Math.ceil((width - 3) / 2)];
  const sides = state.pool
    ? [
        [...main, jobPanel, oddsPanel],
        [...pool, blocksPanel],
      ]
    : [main, [jobPanel, oddsPanel, blocksPanel]];
  return { columns: sides.map((panels, i) => make(panels, widths[i]!)), widths, footer };
}

/**
 * Rank after rank, the lowest first, each where there is still room for its rows; older messages only as far as the first that has none, so that none is
 * missing between others.
 */
function fittingRanks({ columns, footer }: Parts, height: number): ReadonlySet<number> {
  const rows = [...columns.flat(), ...footer].flatMap((panel) => panel.rows);
  const ranks = [...new Set<number>([RANK.space, ...rows.map(({ rank }) => rank)])].sort((a, b) => a - b);
  const kept = new Set<number>();
  for (const rank of ranks) {
    kept.add(rank);
    const body = Math.max(...columns.map((panels) => linesOf(panels, kept)));
    if (1 + body + linesOf(footer, kept) <= height) continue;
    kept.delete(rank);
    if (rank >= RANK.olderMessages) break;
  }
  return kept;
}

const rowsOf = ({ rows }: Panel, kept: ReadonlySet<number>) => rows.filter(({ rank }) => kept.has(rank));

/** How many lines `stack` makes. */
function linesOf(panels: readonly Panel[], kept: ReadonlySet<number>): number {
  const counts = panels.map((panel) => rowsOf(panel, kept).length).filter((count) => count > 0);
  return counts.reduce((sum, count) => sum + count, kept.has(RANK.space) ? counts.length : 0);
}

/** The rows of the ranks that are kept, one panel above the other, each with its title beside its first row. */
function stack(panels: readonly Panel[], kept: ReadonlySet<number>): Line[] {
  return panels.flatMap((panel) => {
    const rows = rowsOf(panel, kept);
    const lines = rows.map((row, i) => titled(i === 0 ? panel.title : '', lineOf(row, kept)));
    return lines.length > 0 && kept.has(RANK.space) ? [[], ...lines] : lines;
  });
}

const lineOf = ({ line, alone }: Row, kept: ReadonlySet<number>) =>
  alone !== undefined && !kept.has(alone.without) ? alone.line : line;

function titled(title: string, line: Line): Line {
  return [{ text: title, style: 'bold' }, { text: ' '.repeat(TITLE_COLUMNS - title.length) }, ...line];
}

/** Name and version, how the run stands, a rule, and how long it has run. */
function titleLine(state: DashboardState, width: number, frame: { symbols: Symbols; nowMs: number }): Line {
  const { symbols, nowMs } = frame;
  const left: Line = [
    { text: `hashgap ${state.about.version}`, style: 'bold' },
    { text: '  ' },
    statusSpan(state, frame),
    { text: ' ' },
  ];
  const right: Span = { text: ` up ${formatAge(nowMs - state.startedAtMs, 2)}` };
  const room = width - lineWidth(left) - lineWidth([right]);
  return [...left, { text: symbols.rule.repeat(Math.max(0, room)), style: 'dim' }, right];
}

function statusSpan(state: DashboardState, { symbols, nowMs }: { symbols: Symbols; nowMs: number }): Span {
  if (state.source.status === 'down') return { text: `${symbols.dot} waiting`, style: 'yellow' };
  const mining = state.job !== undefined && (rateNow(state, nowMs) ?? 0) > 0;
  return mining
    ? { text: `${symbols.dot} mining`, style: 'green' }
    : { text: `${symbols.dot} starting`, style: 'dim' };
}
