/** The glossary: every word of the report that a reader of sixteen may not know. */
import type { Section } from '../document.ts';

const TERMS = [
  ['ASIC', 'A chip that can do one thing only. Those for Bitcoin do nothing but the hash that mining needs.'],
  ['Bitaxe', 'A small miner with one ASIC chip whose plans are open, for a desk at home.'],
  [
    'Block',
    'A page of the ledger. Whoever finds one may write it and is paid for it with new bitcoin and the fees.',
  ],
  ['BTC', 'One bitcoin.'],
  [
    'Difficulty',
    'How rare a hash has to be to count as a block. Every 2016 blocks it is set so that one comes in ten minutes on average, however many machines search.',
  ],
  ['Edge', 'Near the user: a phone, a PC, a box in the room, as opposed to a data centre.'],
  [
    'Hash',
    'A number that is calculated from some data and looks random. Nobody can tell beforehand which data gives a low one; all one can do is try.',
  ],
  [
    'Hashrate',
    'How many hashes a machine tries in a second: kH/s thousand, MH/s million, GH/s billion, TH/s trillion, PH/s and EH/s a thousand and a million times more.',
  ],
  [
    'HHI',
    'Herfindahl-Hirschman index, a measure of concentration: the parts in percent, squared and added up.',
  ],
  ['Inference', 'Using an AI model that has been trained: it answers, token by token.'],
  ['Joule', 'Energy. A watt is a joule per second, and a kWh is 3.6 million joules.'],
  [
    'Log scale',
    'An axis on which each step is the same factor, here ten, and not the same sum. It shows a bicycle and a rocket on one page.',
  ],
  [
    'Pool',
    'Miners who share what they find. Each earns a little every day instead of a lot once in many lifetimes.',
  ],
  [
    'Share',
    'A hash that is rare, but not rare enough for a block. Pools count shares to see who works how much.',
  ],
  ['Terahash', 'A million million hashes.'],
  ['Token', 'A piece of text that a language model writes at a time, about three quarters of a word.'],
] as const;

/** The section. */
export function wordsSection(): Section {
  return {
    id: 'words',
    title: 'Words',
    blocks: [{ kind: 'terms', terms: TERMS.map(([term, meaning]) => ({ term, meaning })) }],
  };
}
