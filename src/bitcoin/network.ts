/** The five Bitcoin networks: names, address formats, ports and folders, as bitcoind has them. */
import { networks } from 'bitcoinjs-lib';

/** What differs between the networks for a miner. */
export interface Network {
  /** The name a user types; also the `chain` that getblockchaininfo answers. */
  readonly name: NetworkName;
  /** Address prefixes. testnet, testnet4 and signet share theirs, so addresses cannot tell them apart. */
  readonly addresses: typeof networks.bitcoin;
  /** bitcoind's default RPC port. */
  readonly rpcPort: number;
  /** Subfolder of bitcoind's data directory. */
  readonly folder: string;
}

/** Names as in bitcoind's `-chain`. */
export type NetworkName = 'main' | 'test' | 'testnet4' | 'signet' | 'regtest';

/** Every network by name. */
export const NETWORKS: Readonly<Record<NetworkName, Network>> = {
  main: { name: 'main', addresses: networks.bitcoin, rpcPort: 8332, folder: '' },
  test: { name: 'test', addresses: networks.testnet, rpcPort: 18332, folder: 'testnet3' },
  testnet4: { name: 'testnet4', addresses: networks.testnet, rpcPort: 48332, folder: 'testnet4' },
  signet: { name: 'signet', addresses: networks.testnet, rpcPort: 38332, folder: 'signet' },
  regtest: { name: 'regtest', addresses: networks.regtest, rpcPort: 18443, folder: 'regtest' },
};

/** The names in the order help lists them. */
export const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];
