/** A node beside a pool: which network it must be of, and how its troubles are told. */
import { expect, it, onTestFinished } from 'vitest';
import type { NetworkName } from '../../src/bitcoin/network.ts';
import { emitBeside, type NodeBeside, networkBeside } from '../../src/cli/node-client.ts';
import { networkOfPools } from '../../src/cli/run-pool.ts';
import type { MinerEventBody } from '../../src/events.ts';
import { createRpcClient } from '../../src/source/node/rpc.ts';
import { startFakeNode } from '../support/fake-node.ts';

const TESTNETS: readonly NetworkName[] = ['test', 'testnet4', 'signet'];
const credentials = { source: 'a test', authorization: async () => 'Basic x', renew: () => false };

/** Asks a node of that chain; without one there is nobody. */
async function ask(
  chain: string | undefined,
  possible: readonly NetworkName[],
  changes: Partial<NodeBeside> = {},
) {
  const node = await startFakeNode(() => ({ result: { chain } }));
  if (chain === undefined) await node.close();
  else onTestFinished(() => node.close());
  const rpc = createRpcClient(new URL(node.url), credentials);
  onTestFinished(() => rpc.close());
  const { signal } = new AbortController();
  return networkBeside({
    flags: { connectTimeout: 0.05 },
    rpc,
    possible,
    emit: () => {},
    signal,
    ...changes,
  });
}

it('addresses of testnets share their form: the first is assumed, and the node knows better', async () => {
  const flags = { user: ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx.rig'] };
  expect(networkOfPools(undefined, flags)).toBe('test');
  expect(networkOfPools('signet', flags)).toBe('signet');
  expect(networkOfPools(undefined, { user: ['ann'] })).toBe('main');
  expect(await ask('signet', TESTNETS)).toBe('signet');
  expect(await ask('regtest', [])).toBe('regtest');
});

it('a node of another network than the address or --network is refused', async () => {
  await expect(ask('main', TESTNETS)).rejects.toMatchObject({
    code: 'NETWORK_MISMATCH',
    message: expect.stringMatching(
      /a node of the test or testnet4 or signet network at .*, received one of main\./,
    ),
  });
  await expect(ask('main', ['signet'], { flags: { network: 'signet' } })).rejects.toMatchObject({
    code: 'NETWORK_MISMATCH',
    message: expect.stringContaining('Pass --network main'),
  });
});

it('a node that is down is no reason not to mine where the options name one network', async () => {
  expect(await ask(undefined, ['main'])).toBe('main');
  await expect(ask(undefined, TESTNETS)).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' });
});

it("a node's troubles are one warning, and never the state of the source", () => {
  const told: MinerEventBody[] = [];
  const emit = emitBeside((event) => told.push(event));
  const down = (reason: string) => emit({ type: 'source-down', source: 'http://node', reason });
  down('It is down.');
  down('It is still down.');
  emit({ type: 'source-up', source: 'http://node' });
  down('Again.');
  emit({ type: 'warning', message: 'something else' });
  expect(told).toEqual([
    { type: 'warning', message: expect.stringMatching(/^Your own node .* It is down\.$/) },
    { type: 'warning', message: expect.stringMatching(/^Your own node .* Again\.$/) },
    { type: 'warning', message: 'something else' },
  ]);
});
