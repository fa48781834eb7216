/** `hashgap regtest`: the embedded node alone, for other miners and for classes. */
import type { Command } from 'commander';
import { bitsToHex } from '../../bitcoin/target.ts';
import { EXIT, type ExitCode } from '../../errors.ts';
import { startRegtestNode } from '../../regtest/node.ts';
import { jsonLine } from '../../report/json.ts';
import type { Context } from '../context.ts';
import { compactBits, wholeNumber } from '../options.ts';

interface RegtestFlags {
  readonly port: number;
  readonly datadir?: string;
  readonly bits?: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ hashgap regtest --port 18443 --datadir ./chain
  $ hashgap mine --node http://127.0.0.1:18443 --cookie ./chain/regtest/.cookie --address bcrt1q... --blocks 5
  $ hashgap regtest --bits 1e0fffff
      blocks that take about a million hashes each

What it is not: it has no mempool, no peers and no wallet, and its blocks hold a coinbase and nothing else. What it does accept it validates in
full. Use bitcoind -regtest when you need transactions.`;

/** Adds the command to the program. */
export function addRegtest(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('regtest')
    .summary('run the embedded regtest node')
    .description(
      'Run the embedded regtest node on loopback until Ctrl-C or its RPC "stop", and print its URL and cookie path.',
    )
    .option('--port <port>', 'RPC port; 0 takes a free one', wholeNumber('--port', 0, 65535), 0)
    .option('--datadir <folder>', 'keep the chain and the cookie here (default: in memory)')
    .option('--bits <hex>', 'compact target of every block (default: 207fffff)', compactBits)
    .option('--json', 'one JSON object, schema hashgap.regtest/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: RegtestFlags) => done(await regtestCommand(flags, context)));
}

async function regtestCommand(
  { port, datadir, bits = 0x207fffff, json }: RegtestFlags,
  context: Context,
): Promise<ExitCode> {
  const node = await startRegtestNode({ port, bits, ...(datadir === undefined ? {} : { datadir }) });
  const { url, cookiePath } = node;
  const { out, err } = context.output;
  for (const note of node.notes) err(note);
  if (json)
    out(
      jsonLine({
        schema: 'hashgap.regtest/1',
        url,
        cookie: cookiePath,
        bits: bitsToHex(bits),
        datadir: datadir ?? null,
      }),
    );
  else {
    out(`url     ${url}`);
    out(`cookie  ${cookiePath}`);
    err(
      datadir === undefined
        ? 'The chain is in memory: it is gone when this ends. Ctrl-C ends it.'
        : `The chain is kept in ${datadir}.`,
    );
  }
  context.interrupted.addEventListener('abort', () => void node.close(), { once: true });
  if (context.interrupted.aborted) await node.close();
  await node.closed;
  return context.interrupted.aborted ? EXIT.interrupted : EXIT.ok;
}
