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
  /** The easiest target that consensus allows (`consensus.powLimit` in Bitcoin Core's chainparams). */
  readonly powLimit: bigint;
}

/** Names as in bitcoind's `-chain`. */
export type NetworkName = 'main' | 'test' | 'testnet4' | 'signet' | 'regtest';

/** 32 bits of zeros: main, testnet and testnet4. */
const POW_LIMIT = (1n << 224n) - 1n;

/** Every network by name. */
export const NETWORKS: Readonly<Record<NetworkName, Network>> = {
  main: { name: 'main', addresses: networks.bitcoin, rpcPort: 8332, folder: '', powLimit: POW_LIMIT },
  test: {
    name: 'test',
    addresses: networks.testnet,
    rpcPort: 18332,
    folder: 'testnet3',
    powLimit: POW_LIMIT,
  },
  testnet4: {
    name: 'testnet4',
    addresses: networks.testnet,
    rpcPort: 48332,
    folder: 'testnet4',
    powLimit: POW_LIMIT,
  },
  signet: {
    name: 'signet',
    addresses: networks.testnet,
    rpcPort: 38332,
    folder: 'signet',
    powLimit: 0x377aen << 216n,
  },
  regtest: {
    name: 'regtest',
    addresses: networks.regtest,
    rpcPort: 18443,
    folder: 'regtest',
    powLimit: (1n << 255n) - 1n,
  },
};

/** The names in the order help lists them. */
export const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];
