/** Golden vectors of Stratum: jobs and shares of mainnet and testnet as they went over the wire. */

/** Each 4-byte word of a hex string in reverse: how a previous hash travels. */
export const swapHex = (hex: string) => hex.replace(/(..)(..)(..)(..)/g, '$4$3$2$1');

/** A job, the share found on it, and the header it must come to. */
export interface GoldenShare {
  readonly worker: string;
  readonly extranonce1: string;
  readonly extranonce2: string;
  readonly notify: readonly unknown[];
  readonly nonce: number;
  /** The header's version; another one than the job's where bits were rolled. */
  readonly version: number;
  readonly header: string;
  /** Display order. */
  readonly hash: string;
  readonly difficulty: number;
  readonly submit: readonly string[];
}

/**
 * V1: a job of mainnet block 790,000 and its header. Source: ESP-Miner, test_mining.c, "Test nonce diff checking". The coinbase is not
 * known, only the root it leads to.
 */
export const V1 = {
  notify: [
    'v1',
    'd02b10fc0d4711eae1a805af50a8a83312a2215e00017f2b0000000000000000',
    '',
    '',
    [],
    '20000004',
    '1705ae3a',
    '646ff1a9',
    true,
  ],
  prevHash: 'fc102bd0ea11470daf05a8e133a8a8505e21a2122b7f01000000000000000000',
  prevHashDisplay: '000000000000000000017f2b12a2215e50a8a833e1a805af0d4711ead02b10fc',
  merkleRoot: '6d0359c451434605c52a5a9ce074340be47c2c63840731f9edf1db3f26b1cdd9',
  nonce: 0x276e8947,
  header:
    '04000020fc102bd0ea11470daf05a8e133a8a8505e21a2122b7f010000000000000000006d0359c451434605c52a5a9ce074340be47c2c63840731f9edf1db3f26b1cdd9a9f16f643aae051747896e27',
  hash: '000000000e30101020e2ec8c9302a9ee56b2b2bef354b63489a0801f5789ed19',
  difficulty: 18.043465815769544,
} as const;

/** V2: a job of Braiins Pool of May 2023 with 13 branches. Source: ESP-Miner, test_mining.c, "Test nonce diff checking 2". */
export const V2: GoldenShare & { readonly merkleRoot: string } = {
  worker: 'ann.rig',
  extranonce1: '31650707758de0',
  extranonce2: '7b01000000000000',
  notify: [
    'v2',
    '0c859545a3498373a57452fac22eb7113df2a465000543520000000000000000',
    '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4b0389130cfabe6d6d5cbab26a2599e92916edec5657a94a0708ddb970f5c45b5d12905085617eff8e0100000000000000',
    '1cfd7038212f736c7573682f000000000379ad0c2a000000001976a9147c154ed1dc59609e3d26abb2df2ea3d587cd8c4188ac00000000000000002c6a4c2952534b424c4f434b3ae725d3994b811572c1f345deb98b56b465ef8e153ecbbd27fa37bf1b005161380000000000000000266a24aa21a9ed63b06a7946b190a3fda1d76165b25c9b883bcc6621b040773050ee2a1bb18f1800000000',
    [
      '2b77d9e413e8121cd7a17ff46029591051d0922bd90b2b2a38811af1cb57a2b2',
      '5c8874cef00f3a233939516950e160949ef327891c9090467cead995441d22c5',
      '2d91ff8e19ac5fa69a40081f26c5852d366d608b04d2efe0d5b65d111d0d8074',
      '0ae96f609ad2264112a0b2dfb65624bedbcea3b036a59c0173394bba3a74e887',
      'e62172e63973d69574a82828aeb5711fc5ff97946db10fc7ec32830b24df7bde',
      'adb49456453aab49549a9eb46bb26787fb538e0a5f656992275194c04651ec97',
      'a7bc56d04d2672a8683892d6c8d376c73d250a4871fdf6f57019bcc737d6d2c2',
      'd94eceb8182b4f418cd071e93ec2a8993a0898d4c93bc33d9302f60dbbd0ed10',
      '5ad7788b8c66f8f50d332b88a80077ce10e54281ca472b4ed9bbbbcb6cf99083',
      '9f9d784b33df1b3ed3edb4211afc0dc1909af9758c6f8267e469f5148ed04809',
      '48fd17affa76b23e6fb2257df30374da839d6cb264656a82e34b350722b05123',
      'c4f5ab01913fc186d550c1a28f3f3e9ffaca2016b961a6a751f8cca0089df924',
      'cff737e1d00176dd6bbfa73071adbb370f227cfb5fba186562e4060fcec877e1',
    ],
    '20000004',
    '1705ae3a',
    '647025b5',
    true,
  ],
  nonce: 0x0a029ed1,
  version: 0x20000004,
  merkleRoot: '5bdc1968499c3393873edf8e07a1c3a50a97fc3a9d1a376bbf77087dd63778eb',
  header:
    '040000204595850c738349a3fa5274a511b72ec265a4f23d52430500000000000000000' +
    '05bdc1968499c3393873edf8e07a1c3a50a97fc3a9d1a376bbf77087dd63778ebb52570643aae0517d19e020a',
  hash: '00000000005fe144efbc66241c0094b8fdc2702b7729226fdfed70ca8094c0b5',
  difficulty: 683.5109367312982,
  submit: ['ann.rig', 'v2', '7b01000000000000', '647025b5', '0a029ed1', '00000000'],
};

/** V3: a testnet share with a rolled version, recorded between a Bitaxe and public-pool. Source: public-pool, MockRecording1. */
export const V3: GoldenShare = {
  worker: 'tb1qumezefzdeqqwn5zfvgdrhxjzc5ylr39uhuxcz4.bitaxe3',
  extranonce1: '57a6f098',
  extranonce2: 'c7080000',
  notify: [
    '1',
    '171592f223740e92d223f6e68bff25279af7ac4f2246451e0000000200000000',
    '02000000010000000000000000000000000000000000000000000000000000000000000000ffffffff1903c943255c7075626c69632d706f6f6c5c',
    'ffffffff037a90000000000000160014e6f22ca44dc800e9d049621a3b9a42c509f1c4bc3b0f250000000000160014e6f22ca44dc800e9d049621a3b9a42c509f1c4bc0000000000000000266a24aa21a9edbd3d1d916aa0b57326a2d88ebe1b68a1d7c48585f26d8335fe6a94b62755f64c00000000',
    [
      '175335649d5e8746982969ec88f52e85ac9917106fba5468e699c8879ab974a1',
      'd5644ab3e708c54cd68dc5aedc92b8d3037449687f92ec41ed6e37673d969d4a',
      '5c9ec187517edc0698556cca5ce27e54c96acb014770599ed9df4d4937fbf2b0',
    ],
    '20000000',
    '192495f8',
    '64b3f3ec',
    false,
  ],
  nonce: 0xed460d91,
  version: 0x20002000,
  header:
    '00200020f2921517920e7423e6f623d22725ff8b4facf79a1e45462202000000000000006b5d684a704b4abe62b2375c5326d1fc1dbb61168aff84e920ba28968bf1075fecf3b364f8952419910d46ed',
  hash: '000000000061d52983863e5c424c00d9e0981874fddf6a8493433e73928a3e4e',
  difficulty: 669.8682919563083,
  submit: [
    'tb1qumezefzdeqqwn5zfvgdrhxjzc5ylr39uhuxcz4.bitaxe3',
    '1',
    'c7080000',
    '64b3f3ec',
    'ed460d91',
    '00002000',
  ],
};
