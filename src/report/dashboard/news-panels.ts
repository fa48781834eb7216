/** The panels of what happened: blocks found, and the last messages. */
import { formatAge, formatWhole } from '../numbers.ts';
import { safeText, wrapText } from '../text.ts';
import type { BlockState } from './blocks.ts';
import { cutLine, type Line, type Paint, type Span, type Style, spread } from './line.ts';
import type { Message } from './messages.ts';
import { continued, type Panel, RANK, type Row, ranked, shown, type View } from './panel.ts';
import type { DashboardState } from './state.ts';

const BLOCKS_SHOWN = 4;

/** Blocks are rare, or many a second on regtest: the count, and the latest. */
export function blocksPanel({ blocks, blocksFound, stats }: DashboardState, view: View): Panel {
  if (blocksFound === 0)
    return { title: 'blocks', rows: [{ rank: RANK.blocks, line: [{ text: 'none yet', style: 'dim' }] }] };
  const count = (label: string, number: number, style: Style): Span[] =>
    number > 0
      ? [
          { text: view.symbols.between, style: 'dim' },
          { text: `${formatWhole(number)} ${label}`, style },
        ]
      : [];
  const total: Line = [
    { text: `${formatWhole(blocksFound)} found`, style: 'bold' },
    ...count('accepted', stats.accepted, 'green'),
    ...count('stale', stats.stale, 'yellow'),
    ...count('rejected', stats.rejected, 'red'),
  ];
  const latest = blocks.slice(-BLOCKS_SHOWN).reverse();
  const widest = Math.max(...latest.map(({ outcome }) => OUTCOMES[outcome][0].length));
  const lines = latest.map((block) => blockLine(block, widest, view));
  return {
    title: 'blocks',
    rows: [{ rank: RANK.alarm, line: total }, ...ranked(lines, RANK.message, RANK.moreBlocks)],
  };
}

const OUTCOMES: Readonly<Record<BlockState['outcome'], readonly [string, Style]>> = {
  pending: ['no answer yet', 'yellow'],
  sent: ['taken by the pool', 'green'],
  accepted: ['accepted', 'green'],
  stale: ['stale', 'yellow'],
  rejected: ['rejected', 'red'],
  unknown: ['no answer yet', 'yellow'],
};

/** @param widest - columns of the longest outcome. */
function blockLine(block: BlockState, widest: number, view: View): Line {
  const { width, nowMs, symbols } = view;
  const [words, style] = OUTCOMES[block.outcome];
  const height = block.height === undefined ? '' : `${formatWhole(block.height)}  `;
  const rest = block.reason === undefined ? shown(block.hash, view) : shown(block.reason, view);
  const age: Line = [{ text: formatAge(nowMs - block.atMs), style: 'dim' }];
  const left: Line = [
    { text: height },
    { text: words.padEnd(widest), style },
    { text: `  ${rest}`, style: 'dim' },
  ];
  return spread(cutLine(left, width, symbols), age, width, symbols);
}

/**
 * The blocks as they stay behind on the terminal, one line each.
 *
 * @param columns - of the terminal: the whole hash is written where it has room.
 */
export function blockReport(
  { blocks, blocksFound }: Pick<DashboardState, 'blocks' | 'blocksFound'>,
  columns: number,
  paint: Paint,
): string[] {
  const earlier = blocksFound - blocks.length;
  const lines = blocks.map(({ hash, height, outcome, reason }) => {
    const [words, style] = OUTCOMES[outcome];
    const shownHash = columns >= 110 ? hash : `${hash.slice(0, 20)}...`; // the zeros are in front
    const why = reason === undefined ? '' : `  ${safeText(reason)}`;
    return `block ${String(height ?? '?').padEnd(6)} ${paint(style, words)}  ${shownHash}${why}`;
  });
  return earlier > 0 ? [`${formatWhole(earlier)} earlier blocks`, ...lines] : lines;
}

const MESSAGE_STYLES: Readonly<Record<Message['kind'], Style | undefined>> = {
  news: undefined,
  pool: undefined,
  warning: 'yellow',
  error: 'red',
};

/** Lines of one message at most. */
const LINES_OF_NEWEST = 4;
const LINES_OF_OLDER = 2;

/** The latest last; where there is not room for all, the oldest go first. */
export function messagesPanel(state: DashboardState, view: View): Panel {
  const messages = news(state);
  const ages = messages.map(({ atMs }) => formatAge(view.nowMs - atMs));
  const column = Math.max(...ages.map((age) => age.length), 0);
  const rows = messages.map((message, i): Row[] => {
    const older = messages.length - 1 - i;
    const age = ages[i]!.padStart(column);
    const lines = messageLines(message, age, older === 0 ? LINES_OF_NEWEST : LINES_OF_OLDER, view);
    const rank = RANK.olderMessages + older;
    if (older > 0) return ranked(lines, rank, rank);
    return continued(lines, messageLine(message, age, view), RANK.message, RANK.moreMessage);
  });
  return { title: 'messages', rows: rows.flat() };
}

/** Why there is no work now stands beside the source already. */
function news({ messages, source }: DashboardState): readonly Message[] {
  return source.status === 'down' ? messages.filter(({ text }) => text !== source.told) : messages;
}

/** @param age - of the width that all ages have. */
function messageLines(message: Message, age: string, most: number, view: View): Line[] {
  const { width, symbols } = view;
  const lines = wrapText(wordsOf(message, view), Math.max(1, width - age.length - 2), most, symbols.ellipsis);
  return lines.map(
    (text, i): Line => [
      { text: i === 0 ? `${age}  ` : ' '.repeat(age.length + 2), style: 'dim' },
      { text, style: MESSAGE_STYLES[message.kind] },
    ],
  );
}

/** All of it on one line, however long. */
function messageLine(message: Message, age: string, view: View): Line {
  return [
    { text: `${age}  `, style: 'dim' },
    { text: wordsOf(message, view), style: MESSAGE_STYLES[message.kind] },
  ];
}

function wordsOf({ kind, text, count }: Message, view: View): string {
  const times = count > 1 ? ` (${formatWhole(count)} times)` : '';
  return `${kind === 'pool' ? 'pool: ' : ''}${shown(text, view)}${times}`;
}
