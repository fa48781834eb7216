/** `hashgap lab`: serves the browser lab, a page that mines on the GPU of whoever opens it. */
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../../errors.ts';
import { jsonLine } from '../../report/json.ts';
import { startLabServer } from '../../web/server.ts';
import type { Context } from '../context.ts';
import { usageError, wholeNumber } from '../options.ts';

interface LabFlags {
  readonly port: number;
  readonly host: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  $ hashgap lab
      then open the URL it prints, in a browser with WebGPU
  $ hashgap lab --port 8333
  $ hashgap lab --host 0.0.0.0 --port 8333
      for the phones of a class: browsers offer a GPU to https pages and to this machine's own only, so phones compare plain JavaScript

The page finds the nonce of Bitcoin's first block, measures the browser's hashrate on GPU and in plain JavaScript, and shows how far an ASIC is.
It loads nothing from anywhere else and sends nothing anywhere.`;

/** Adds the command to the program. */
export function addLab(program: Command, context: Context, done: (code: ExitCode) => void): void {
  program
    .command('lab')
    .summary('serve the browser lab: mining on WebGPU, for classes')
    .description('Serve the browser lab until Ctrl-C, and print its URL.')
    .option('--port <port>', 'TCP port; 0 takes a free one', wholeNumber('--port', 0, 65535), 0)
    .option('--host <address>', 'address to listen on', ipAddress, '127.0.0.1')
    .option('--json', 'one JSON object, schema hashgap.lab/1')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: LabFlags) => done(await labCommand(flags, context)));
}

async function labCommand({ port, host, json }: LabFlags, context: Context): Promise<ExitCode> {
  const { url, close } = await startLabServer({ port, host });
  const { out, err } = context.output;
  if (json) out(jsonLine({ schema: 'hashgap.lab/1', url }));
  else {
    for (const address of isEverywhere(host) ? [url, ...ownUrls(host, url)] : [url]) out(address);
    err('Open it in a browser. Ctrl-C ends it.');
  }
  await aborted(context.interrupted);
  await close();
  return EXIT.interrupted;
}

const isEverywhere = (host: string) => /^[0:.]+$/.test(host);

/** Under which addresses others reach this machine: that of all of them means themselves there. */
function ownUrls(host: string, url: string): string[] {
  const { port } = new URL(url);
  const family = isIPv6(host) ? 'IPv6' : 'IPv4';
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses
      .filter(
        (each) => each.family === family && !each.internal && !('scopeid' in each && each.scopeid !== 0),
      )
      .map(({ address }) => `http://${isIPv6(address) ? `[${address}]` : address}:${port}/`),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Reads `--host`. A name could stand for several addresses, so it has to be one. */
function ipAddress(text: string): string {
  if (isIP(text) !== 0) return text;
  throw usageError('--host', 'an IP address', text, 'Pass --host 127.0.0.1, for example.');
}
