/** Builds the report from its figures: what it says, in which order. */
import { machineLine } from '../compare-machine.ts';
import { formatChance, formatTimes, formatUsd } from '../economics-text.ts';
import type { ReportDocument } from './document.ts';
import type { ReportFigures } from './figures.ts';
import { createNotes, type Notes } from './notes.ts';
import { chancesSection } from './sections/chances.ts';
import { costsSection } from './sections/costs.ts';
import { edgeSection } from './sections/edge.ts';
import { assumedMark, ladderSection, priceMark } from './sections/ladder.ts';
import { networkSection } from './sections/network.ts';
import { poolsSection } from './sections/pools.ts';
import { sourcesSection } from './sections/sources.ts';
import { wordsSection } from './sections/words.ts';

/** The report as data. The same figures give the same report. */
export function buildReport(figures: ReportFigures): ReportDocument {
  const { compare, odds, history, nowMs, version, network } = figures;
  const notes = createNotes();
  const largeFacts = facts(figures, notes);
  const sections = [
    ladderSection(compare, notes),
    chancesSection(odds),
    networkSection(network),
    costsSection(figures, notes),
    poolsSection(history, notes),
    edgeSection(figures, notes),
    wordsSection(),
  ];
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return {
    title: 'How far is this machine from an ASIC?',
    sentence: compare.sentence,
    about: [
      machineLine(compare.machine),
      `Made on ${day}`,
      `figures of the network of ${network.date.slice(0, 10)}`,
    ],
    facts: largeFacts,
    sections: [...sections, sourcesSection(figures, notes)],
    footer: `Made by hashgap ${version}.`,
  };
}

/** What is told in large letters at the top. */
function facts({ compare: { rungs, machine, electricity }, odds }: ReportFigures, notes: Notes) {
  const assumed = assumedMark(machine, notes);
  const own = rungs.find(({ device }) => device === null)!;
  const asic = rungs.find(({ device }) => device?.id === 's21')!;
  const energy = asic.timesBetterPerJoule;
  return [
    { value: `${formatTimes(asic.timesFaster)}\u00a0×`, text: 'how much faster an Antminer S21 is' },
    ...(energy === null
      ? []
      : [
          {
            value: `${formatTimes(energy)}\u00a0×${assumed}`,
            text: 'the energy for each hash, beside an S21',
          },
        ]),
    { value: formatChance(odds.rows[0]!.chance), text: 'the chance of a block today' },
    ...(own.usdPerBtc === null
      ? []
      : [
          {
            value: `${formatUsd(own.usdPerBtc)}${assumed}${priceMark(electricity, notes)}`,
            text: 'electricity for one bitcoin here',
          },
        ]),
  ];
}
