/** States of a dashboard as events make them: the ones its snapshots show. */
import type { MinerEvent, MinerEventBody } from '../../../src/events.ts';
import {
  type DashboardAbout,
  type DashboardState,
  newDashboard,
  reduceDashboard,
} from '../../../src/report/dashboard/state.ts';

/** When every fixture run begins, Unix milliseconds. */
export const START_MS = 1_800_000_000_000;

const ADDRESS = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';
const POOL_URL = 'stratum+tcp://solo.ckpool.org:3333';
const POOL = `${POOL_URL} as ${ADDRESS}.rig1`;
const HASH = `00000042f88f6525075b4479${'c'.repeat(40)}`;
const hashOf = (number: number) => `${'0'.repeat(8)}${number.toString(16).padStart(8, '0')}${'c'.repeat(48)}`;

/** A state, and the moment it is looked at. */
export interface Fixture {
  readonly state: DashboardState;
  readonly nowMs: number;
}

type Timed = readonly [seconds: number, body: MinerEventBody];

/** The state after events, each so many seconds after the start. */
export function stateAfter(about: DashboardAbout, events: readonly Timed[], nowSeconds: number): Fixture {
  const state = [...events]
    .sort(([a], [b]) => a - b)
    .map(([seconds, body]): MinerEvent => ({ ...body, atMs: START_MS + seconds * 1000 }))
    .reduce(reduceDashboard, newDashboard(about, START_MS));
  return { state, nowMs: START_MS + nowSeconds * 1000 };
}

/** Scans of an engine, one a second, around a hashrate that swings a little. */
function scans(engine: string, hashesPerSecond: number, from: number, to: number): Timed[] {
  return Array.from({ length: to - from }, (_, i) => {
    const swing = 1 + 0.06 * Math.sin((from + i) / 37) + 0.03 * Math.sin((from + i) / 5);
    const hashes = Math.round(hashesPerSecond * swing);
    return [from + i + 0.99, { type: 'scan', engine, hashes, seconds: 0.99 }];
  });
}

const sha = (threads = 8): MinerEventBody => ({
  type: 'engine',
  engine: 'native',
  kernel: 'sha-ni',
  threads,
});
const gpu: MinerEventBody = {
  type: 'engine',
  engine: 'gpu',
  device: 'NVIDIA GeForce RTX 4070',
  kernel: 'asicboost-4',
  threads: 2,
};
const soloJob: MinerEventBody = {
  type: 'job',
  id: 'a',
  height: 850_123,
  prevHash: HASH,
  difficulty: 83_148_355_189_239,
  shareDifficulty: 83_148_355_189_239,
  transactions: 3_412,
  coinbaseValue: 319_203_411n,
  clean: true,
};
const poolJob = (clean: boolean): MinerEventBody => ({
  ...(soloJob as Extract<MinerEventBody, { type: 'job' }>),
  shareDifficulty: 2.25,
  transactions: undefined,
  coinbaseValue: undefined,
  clean,
});
const share = (number: number, difficulty: number, block = false): MinerEventBody => ({
  type: 'share',
  hash: hashOf(number),
  difficulty,
  shareDifficulty: 2.25,
  block,
});
const accepted = (number: number, roundTripMs: number): MinerEventBody => ({
  type: 'share-verdict',
  hash: hashOf(number),
  shareDifficulty: 2.25,
  verdict: { outcome: 'accepted', roundTripMs },
});
const refused = (number: number, reason: string, kind: 'stale' | 'low-difficulty'): MinerEventBody => ({
  type: 'share-verdict',
  hash: hashOf(number),
  shareDifficulty: 2.25,
  verdict: { outcome: 'rejected', class: kind, reason, roundTripMs: 61 },
});
const payout: MinerEventBody = {
  type: 'payout',
  satoshis: 319_203_411n,
  outputs: [
    { to: ADDRESS, satoshis: 312_819_343n, percent: 98 },
    { to: 'bc1q28kkr5hk4gnqe3evma6runjrd2pvqyp8fpwfzu', satoshis: 6_384_068n, percent: 2 },
  ],
  percent: 98,
};

const POOL_ABOUT: DashboardAbout = {
  version: '0.1.0',
  source: POOL,
  bestEver: 4_213_377,
};
const NODE = 'http://127.0.0.1:8332/';
const NODE_ABOUT: DashboardAbout = { version: '0.1.0', source: NODE, users: { [NODE]: ADDRESS } };

const CPU_RATE = 412e6;
const GPU_RATE = 2.31e9;

/** An hour at a pool: a share every second or so, some refused. */
function poolEvents(): Timed[] {
  const until = 4_205;
  const shares = Array.from({ length: 1_200 }, (_, i): Timed[] => [
    [30 + i * 3.5, share(i, 2.25 / ((i * 0.618034) % 1 || 1))],
    [
      30.05 + i * 3.5,
      i === 400 || i === 401
        ? refused(i, 'Job not found', 'stale')
        : i === 1_195
          ? refused(i, 'Share above target', 'low-difficulty')
          : accepted(i, 35 + ((i * 7) % 20)),
    ],
  ]);
  return [
    [0.1, sha()],
    [0.2, gpu],
    [0.6, { type: 'source-up', source: POOL }],
    [0.7, payout],
    [0.8, { type: 'pool-message', text: 'Welcome to solo.ckpool.org' }],
    [0.8, poolJob(true)],
    [3_600, poolJob(true)],
    [4_190, poolJob(false)],
    ...shares.flat(),
    [4_202, share(2_000, 2.8)],
    [
      2_000,
      {
        type: 'warning',
        message:
          'GPU queue 1 answered late three times. The computer may be busy: pass --gpu-share 50 to leave it more room.',
      },
    ],
    ...scans('native', CPU_RATE, 1, until),
    ...scans('gpu', GPU_RATE, 1, until),
  ];
}

function manyEngines(): Timed[] {
  return Array.from({ length: 9 }, (_, i): Timed[] => {
    const engine = `gpu${i}`;
    return [
      [0.1, { type: 'engine', engine, device: 'NVIDIA H200', kernel: 'asicboost-4', threads: 2 }],
      ...scans(engine, 20e9 + i * 1e8, 1, 20),
    ];
  }).flat();
}

const LONG = 'Ein sehr langer Name 矿工一号 रिग العامل \u202egnp.exe\u001b[2J 👨‍👩‍👧‍👦 🇩🇪 Z̷̢̛͔̈́a͠lgo '.repeat(4);

/** The states by name. */
export const FIXTURES: Readonly<Record<string, () => Fixture>> = {
  'just started': () => stateAfter(NODE_ABOUT, [[0.1, sha()]], 2),
  'mining solo': () =>
    stateAfter(
      NODE_ABOUT,
      [
        [0.1, sha()],
        [0.2, { type: 'source-up', source: NODE }],
        [0.3, soloJob],
        ...scans('native', CPU_RATE, 1, 1_000),
        [980, { ...(soloJob as Extract<MinerEventBody, { type: 'job' }>), clean: false }],
      ],
      1_000.5,
    ),
  'mining at a pool': () => stateAfter(POOL_ABOUT, poolEvents(), 4_205.5),
  'a pool that pays too little, and is gone': () =>
    stateAfter(
      POOL_ABOUT,
      [
        [0.1, sha()],
        [0.6, { type: 'source-up', source: POOL }],
        [0.7, { ...(payout as Extract<MinerEventBody, { type: 'payout' }>), percent: 0 }],
        [0.8, poolJob(true)],
        ...scans('native', CPU_RATE, 1, 90),
        [20, share(1, 5.1)],
        [20.1, accepted(1, 44)],
        [88, share(2, 2.4)],
        [
          90,
          {
            type: 'share-verdict',
            hash: hashOf(2),
            shareDifficulty: 2.25,
            verdict: { outcome: 'unknown', reason: 'the connection is gone' },
          },
        ],
        [
          90,
          {
            type: 'source-down',
            source: POOL,
            reason: `Expected an answer from ${POOL_URL}, received ECONNRESET. It is tried again in 4 s.`,
          },
        ],
      ],
      131,
    ),
  'blocks found': () =>
    stateAfter(
      NODE_ABOUT,
      [
        [0.1, sha()],
        [0.2, { type: 'source-up', source: NODE }],
        [
          0.3,
          { ...(soloJob as Extract<MinerEventBody, { type: 'job' }>), difficulty: 1, shareDifficulty: 1 },
        ],
        ...scans('native', CPU_RATE, 1, 60),
        [20, { type: 'block', hash: hashOf(1), height: 850_123 }],
        [
          20.1,
          {
            type: 'verdict',
            hash: hashOf(1),
            height: 850_123,
            recovered: false,
            verdict: { outcome: 'accepted' },
          },
        ],
        [40, { type: 'block', hash: hashOf(2), height: 850_124 }],
        [
          41,
          {
            type: 'verdict',
            hash: hashOf(2),
            height: 850_124,
            recovered: false,
            verdict: { outcome: 'stale', reason: 'another block won' },
          },
        ],
        [59, { type: 'block', hash: hashOf(3), height: 850_125 }],
      ],
      60.5,
    ),
  'very long names': () =>
    stateAfter(
      {
        version: '0.1.0',
        source: `stratum+tcp://${'very-'.repeat(40)}long.example:3333`,
        users: { [LONG]: LONG },
      },
      [
        [0.1, { type: 'engine', engine: LONG, device: LONG, kernel: LONG, threads: 3 }],
        [0.1, sha()],
        [0.2, { type: 'source-up', source: LONG }],
        [0.3, poolJob(true)],
        [0.4, { type: 'payout', satoshis: 5n, outputs: [{ to: LONG, satoshis: 5n, percent: 100 }] }],
        [0.5, { type: 'pool-message', text: LONG }],
        [0.6, { type: 'warning', message: LONG }],
        ...scans('native', CPU_RATE, 1, 20),
      ],
      20.5,
    ),
  'zero and huge numbers': () =>
    stateAfter(
      { version: '0.1.0', source: POOL, bestEver: 1e300 },
      [
        [0.1, sha(1_000_000)],
        ...manyEngines(),
        [0.2, { type: 'source-up', source: POOL }],
        [
          0.3,
          {
            ...(soloJob as Extract<MinerEventBody, { type: 'job' }>),
            height: 2 ** 31,
            difficulty: 1e60,
            shareDifficulty: 4.656e-10,
          },
        ],
        [0.4, { type: 'payout', satoshis: 0n, outputs: [] }],
        [1, { type: 'share', hash: hashOf(1), difficulty: 1e40, shareDifficulty: 1e-300, block: true }],
        [2, { ...(accepted(1, 1e9) as MinerEventBody) }],
        ...scans('native', 1e30, 1, 20),
      ],
      100 * 365.25 * 86_400,
    ),
};
