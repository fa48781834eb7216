/** Headers whose hashes are known: mainnet blocks and pool shares that were recomputed with independent code. */

/** A header in hex, its hash in display order and the difficulty that hash reaches. */
export const GOLDEN_HEADERS = [
  {
    name: 'mainnet genesis',
    header:
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
    hash: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    difficulty: 2536.4262984453103,
  },
  {
    name: 'V1: a share of difficulty 18 on a mainnet job of 2022',
    header:
      '04000020fc102bd0ea11470daf05a8e133a8a8505e21a2122b7f010000000000000000006d0359c451434605c52a5a9ce074340be47c2c63840731f9edf1db3f26b1cdd9a9f16f643aae051747896e27',
    hash: '000000000e30101020e2ec8c9302a9ee56b2b2bef354b63489a0801f5789ed19',
    difficulty: 18.043465815769544,
  },
  {
    name: 'V3: a share with a rolled version',
    header:
      '00200020f2921517920e7423e6f623d22725ff8b4facf79a1e45462202000000000000006b5d684a704b4abe62b2375c5326d1fc1dbb61168aff84e920ba28968bf1075fecf3b364f8952419910d46ed',
    hash: '000000000061d52983863e5c424c00d9e0981874fddf6a8493433e73928a3e4e',
    difficulty: 669.8682919563083,
  },
] as const;
