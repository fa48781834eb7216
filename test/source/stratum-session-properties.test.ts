/** Properties of a session: any order of messages keeps its books right, and any cut of the bytes gives the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSession } from '../../src/source/stratum/session.ts';
import type { SessionEvent, SessionStats } from '../../src/source/stratum/session-types.ts';
import { createLineReader } from '../../src/stratum/lines.ts';
import type { FoundShare } from '../../src/work/verify.ts';
import { Drive, shareOf } from '../stratum/drive.ts';
import { answer, call, EASIEST, notify } from '../stratum/pool-lines.ts';

const TIPS = ['aa', 'bb'].map((byte) => `${byte.repeat(24)}0000000000000000`);

/** What a pool may say at any time. */
const anyCall = fc.oneof(
  fc
    .record({ jobId: fc.constantFrom('a', 'b'), clean: fc.boolean(), prevHash: fc.constantFrom(...TIPS) })
    .map((changes) => notify({ ...changes, nBits: changes.jobId === 'a' ? '207fffff' : '1705ae3a' })),
  fc
    .constantFrom(1e-10, 0.5, 1, 1e6, 0, '1')
    .map((difficulty) => call('mining.set_difficulty', [difficulty])),
  fc
    .constantFrom(['0a', 0], ['0b0c', 4], ['0d', 16], ['x', 1])
    .map((params) => call('mining.set_extranonce', params)),
  fc.constantFrom('1fffe000', '00006000', '0').map((mask) => call('mining.set_version_mask', [mask])),
  fc.constantFrom(
    call('mining.ping', [], 5),
    call('client.get_version', [], 6),
    call('client.show_message', ['hello']),
    call('client.reconnect', []),
    call('mining.foo', {}),
    'garbage',
  ),
);

const anyResult = fc.constantFrom<[unknown, unknown]>(
  [true, null],
  [false, null],
  [null, [21, 'Job not found', null]],
  [null, [22, 'Duplicate', null]],
  [null, [24, 'Unauthorized', null]],
  [null, null],
  [[[['mining.notify', 's1']], '08000002', 4], null],
  [[null, '08000003', 2], null],
  [{ 'version-rolling': true, 'version-rolling.mask': '1fffe000' }, null],
);

type Action =
  | { readonly do: 'hear'; readonly line: string }
  | { readonly do: 'answer'; readonly pick: number; readonly result: [unknown, unknown] }
  | { readonly do: 'share'; readonly job: number; readonly nonce: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  | { readonly do: 'connect' };

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hear' as const), line: anyCall }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('answer' as const), pick: fc.nat(20), result: anyResult }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('share' as const), job: fc.nat(3), nonce: fc.nat(12) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 5_000, 61_000, 130_000),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Action>({ do: 'open' }, { do: 'close' }, { do: 'connect' }) },
);

const sum = ({ accepted, rejected, unknown, withheld, pending }: SessionStats) =>
  accepted + Object.values(rejected).reduce((a, b) => a + b, 0) + unknown + withheld + pending;

function act(drive: Drive, action: Action, shares: FoundShare[]): void {
  if (action.do === 'hear') drive.hear(action.line);
  else if (action.do === 'pass') drive.pass(action.ms);
  else if (action.do === 'open') drive.open();
  else if (action.do === 'close') drive.close();
  else if (action.do === 'connect') drive.connect();
  else if (action.do === 'answer')
    drive.hear(answer(drive.requests().at(-1 - action.pick)?.id ?? null, ...action.result));
  else if (action.do === 'share') {
    const job = drive.all('job').at(-1 - action.job)?.job;
    if (job === undefined) return;
    const share = shareOf(job, { nonce: action.nonce });
    shares.push(share);
    drive.submit(share);
  }
}

it('any order of messages: no throw, no share lost, none counted twice', () => {
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 80 }), (actions) => {
      const drive = new Drive().connect();
      drive.hear(EASIEST, notify());
      const shares: FoundShare[] = [];
      for (const action of actions) {
        act(drive, action, shares);
        const stats = drive.session.stats();
        expect(stats.shares).toBe(shares.length);
        expect(sum(stats)).toBe(stats.shares);
        expect(drive.all('verdict')).toHaveLength(stats.shares - stats.pending);
        if (stats.pending > 0) expect(drive.deadlineMs).toBeDefined();
      }
      drive.end();
      expect(drive.session.stats().pending).toBe(0);
      const judged = drive.all('verdict').map(({ share }) => share);
      expect(new Set(judged)).toEqual(new Set(shares));
      expect(judged).toHaveLength(shares.length);
      const ids = drive
        .requests()
        .filter(({ method }) => method)
        .map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 400 },
  );
});

it('any order of messages: what is sent for a job is what the job was handed out with', () => {
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 60 }), (actions) => {
      const drive = new Drive().connect();
      drive.hear(EASIEST, notify());
      const shares: FoundShare[] = [];
      for (const action of actions) {
        const before = drive.submits().length;
        act(drive, action, shares);
        if (action.do !== 'share') continue;
        for (const { params } of drive.submits().slice(before)) {
          const { job, header } = shares.at(-1)!;
          expect(params.slice(0, 2)).toEqual(['ann.rig', job.id]);
          expect(params[2]).toHaveLength(2 * job.extranonce2Bytes);
          expect(params[3]).toBe(header.nTime.toString(16).padStart(8, '0'));
          expect(params[4]).toBe(header.nonce.toString(16).padStart(8, '0'));
        }
      }
    }),
    { numRuns: 200 },
  );
});

/** The bytes of a pool over one connection; lines end in LF and CRLF, with blank ones between. */
const TRANSCRIPT = new TextEncoder().encode(
  [
    answer(1, { 'version-rolling': true, 'version-rolling.mask': '1fffe000' }),
    call('mining.set_difficulty', [1e-10]),
    '',
    answer(2, [[['mining.notify', 'sé₿']], '08000002', 4]),
    notify({ jobId: 'é₿🎉', clean: true }),
    answer(3, true),
    'Not JSON at all',
    answer(4, true),
    call('client.show_message', ['grüße\u001b[0m ✓']),
    notify({ jobId: 'b', prevHash: TIPS[0]! }),
    answer(5, null, [22, 'Duplicate', null]),
    call('mining.ping', [], 'p'),
    call('mining.set_extranonce', ['0a0b', 2]),
    notify({ jobId: 'c', prevHash: TIPS[1]! }),
    answer(6, true),
    answer(99, true),
  ]
    .map((line, i) => `${line}${i % 2 === 0 ? '\r\n' : '\n'}`)
    .join(''),
);

/** Everything a session says to a stream that comes in these chunks; it answers each job with one share. */
function replay(chunks: readonly Uint8Array[]): { send: string[]; events: SessionEvent[] } {
  const session = createSession({ worker: 'ann.rig', agent: 'hashgap/test' });
  const reader = createLineReader(100_000);
  const said: { send: string[]; events: SessionEvent[] } = { send: [], events: [] };
  const step = (input: Parameters<typeof session.step>[0]) => {
    const { send, events } = session.step(input);
    said.send.push(...send);
    said.events.push(...events);
    for (const event of events)
      if (event.type === 'job') step({ type: 'share', share: shareOf(event.job), nowMs: 1 });
  };
  step({ type: 'opened', nowMs: 1 });
  for (const chunk of chunks) for (const line of reader.push(chunk)) step({ type: 'line', line, nowMs: 1 });
  step({ type: 'ended', nowMs: 1 });
  return said;
}

it('a transcript cut at random bytes gives the same lines and events', () => {
  const whole = replay([TRANSCRIPT]);
  expect(whole.send).toHaveLength(7);
  expect(whole.events.filter(({ type }) => type === 'verdict')).toHaveLength(3);
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: TRANSCRIPT.length - 1 }), { maxLength: 200 });
  fc.assert(
    fc.property(cuts, (places) => {
      const ends = [...places.sort((a, b) => a - b), TRANSCRIPT.length];
      const chunks = ends.map((end, i) => TRANSCRIPT.subarray(i === 0 ? 0 : ends[i - 1]!, end));
      expect(replay(chunks)).toEqual(whole);
    }),
    { numRuns: 200 },
  );
  expect(replay(Array.from(TRANSCRIPT, (byte) => Uint8Array.of(byte)))).toEqual(whole);
});
