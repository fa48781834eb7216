/** The report's figures as one JSON object: those of the commands, each under its name. */
import { largestShare, type PoolConcentration } from '../../economics/pool-history.ts';
import { compareObject } from '../compare.ts';
import { costObject } from '../cost-lines.ts';
import { ceilingObject } from '../edge.ts';
import { oddsObject } from '../odds.ts';
import type { EdgeRow, OwnEdge } from './edge-contrast.ts';
import type { ReportFigures } from './figures.ts';

/** A file that was written. */
export interface WrittenFile {
  readonly format: 'html' | 'markdown';
  readonly file: string;
  readonly bytes: number;
}

/** The object, schema `hashgap.report/1`. */
export function reportObject(figures: ReportFigures, files: readonly WrittenFile[]) {
  const { compare, odds, costs, edge, history, nowMs } = figures;
  return {
    schema: 'hashgap.report/1',
    date: new Date(nowMs).toISOString(),
    sentence: compare.sentence,
    files,
    compare: compareObject(compare),
    odds: oddsObject(odds),
    cost: costObject(costs),
    concentration: history.map(windowObject),
    edge: {
      reference: edge.reference.id,
      ...ownObject(edge.own),
      machines: edge.rows.map(edgeObject),
    },
  };
}

const windowObject = ({ id, blocks, merged, hhi, nakamoto, topPercent }: PoolConcentration) => ({
  id,
  blocks,
  merged,
  hhi,
  nakamoto,
  topPercent,
  largest: largestShare({ blocks, topPercent }),
});

const edgeObject = ({ device, gap }: EdgeRow) => ({
  id: device.id,
  name: device.name,
  confidence: device.confidence,
  ...gap,
});

function ownObject(own: OwnEdge) {
  if ('runner' in own)
    return {
      measured: true,
      takenBy: null,
      own: { ...own.runner, ...own.gap },
      ceilings: own.ceilings.map(ceilingObject),
    };
  return { measured: false, takenBy: own.takenBy, own: edgeObject(own), ceilings: [] };
}
