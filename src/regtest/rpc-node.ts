/** RPC methods about the node itself, the address check, and the table of all methods. */
import { readString, usage } from './rpc-arguments.ts';
import { BLOCKCHAIN_METHODS } from './rpc-blockchain.ts';
import type { RpcMethod } from './rpc-method.ts';
import { MINING_METHODS } from './rpc-mining.ts';
import { validateAddress } from './validate-address.ts';

const NODE_METHODS: readonly RpcMethod[] = [
  {
    name: 'help',
    description: 'List all commands, or get help for a specified command.',
    arguments: [{ name: 'command', type: 'string', optional: true }],
    call: (_context, [command]) => help(command === undefined || command === null ? '' : readString(command)),
  },
  {
    name: 'stop',
    description: 'Request a graceful shutdown of the regtest node.',
    arguments: [],
    call: ({ stop }) => {
      stop();
      return 'hashgap regtest node stopping';
    },
  },
  {
    name: 'uptime',
    description: 'Returns the total uptime of the server, seconds.',
    arguments: [],
    call: ({ now, startedAt }) => Math.max(0, now() - startedAt),
  },
  {
    name: 'validateaddress',
    description: 'Return information about the given bitcoin address.',
    arguments: [{ name: 'address', type: 'string' }],
    call: (_context, [address]) => validateAddress(readString(address)),
  },
];

/** Every method of the node by name. */
export const RPC_METHODS: ReadonlyMap<string, RpcMethod> = new Map(
  [...BLOCKCHAIN_METHODS, ...MINING_METHODS, ...NODE_METHODS].map((method) => [method.name, method]),
);

function help(command: string): string {
  const method = RPC_METHODS.get(command);
  if (method !== undefined) return usage(method);
  if (command !== '') return `help: unknown command: ${command}\n`;
  return [...RPC_METHODS.values()]
    .map((known) => usage(known).split('\n')[0])
    .sort()
    .join('\n');
}
