/** The section on the network: the figures that odds and costs are calculated from. */
import { networkFacts } from '../../network.ts';
import type { NetworkState } from '../../network-state.ts';
import type { Section } from '../document.ts';

/** The section. */
export function networkSection(network: NetworkState): Section {
  return {
    id: 'network',
    title: 'The network it is up against',
    blocks: [
      {
        kind: 'text',
        text: 'All miners together decide what a machine earns. The difficulty says how many hashes a block takes; the subsidy, which halves every 210,000 blocks, and the fees are what it brings; the hashprice is what 1 PH/s, a thousand million million hashes a second, earns in a day.',
      },
      {
        kind: 'table',
        title: 'What odds and costs rest on',
        table: {
          caption: 'The network',
          columns: [
            { heading: 'figure', align: 'left' },
            { heading: 'value', align: 'left' },
          ],
          rows: networkFacts(network),
        },
      },
    ],
  };
}
