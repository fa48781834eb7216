/** `hashgap network`: difficulty, hashrate, fees and height, from the user's own node or the shipped snapshot. */
import type { Command } from 'commander';
import type { ExitCode } from '../../errors.ts';
import { networkLines, networkObject } from '../../report/network.ts';
import type { Context } from '../context.ts';
import { type Answer, answer } from '../economics-answer.ts';
import { addNetworkOptions, type NetworkFlags, networkState } from '../economics-options.ts';

const EXAMPLES = `
Examples:
  $ hashgap network
      the snapshot that the program carries, with its date
  $ hashgap network --node http://127.0.0.1:8332
      what your own node knows now
  $ hashgap network --network regtest --json | jq .network.difficulty

hashgap asks no server on the internet: figures are your own node's, or the snapshot's. A node does not know the price of a bitcoin.`;

/** Adds the command to the program. */
export function addNetwork(program: Command, context: Context, done: (code: ExitCode) => void): void {
  const command = program
    .command('network')
    .summary('difficulty, hashrate and fees of the network')
    .description(
      "Show the network's difficulty, hashrate and fees, from your own node or the shipped snapshot.",
    );
  addNetworkOptions(command)
    .option('--json', 'one JSON object, schema hashgap.network/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: NetworkFlags & { json?: boolean }) =>
      done(await answer(context, flags.json, () => networkAnswer(flags, context))),
    );
}

async function networkAnswer(flags: NetworkFlags, context: Context): Promise<Answer> {
  const state = await networkState(flags, context);
  return {
    lines: (width) => networkLines(state, width),
    object: { schema: 'hashgap.network/1', network: networkObject(state) },
  };
}
