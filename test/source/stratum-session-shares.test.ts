/** The shares of a session: each gets exactly one verdict, whatever the pool and the connection do. */
import { describe, expect, it } from 'vitest';
import { Drive, searchShare, shareOf } from '../stratum/drive.ts';
import { answer, call, EASIEST, notify } from '../stratum/pool-lines.ts';

const EASY_NETWORK = '207fffff';

/** A session that mines, every hash a share. */
const mining = (changes = {}) => {
  const drive = new Drive().connect(changes);
  drive.hear(EASIEST, notify());
  return drive;
};

/** Sends the share of a nonce and gives the id of its submit. */
const send = (drive: Drive, nonce: number) => {
  drive.submit(shareOf(drive.job, { nonce }));
  return drive.request('mining.submit').id;
};

describe('C24 duplicate find of the same header', () => {
  it('sends it once', () => {
    const drive = mining();
    send(drive, 1);
    send(drive, 1);
    send(drive, 2);
    expect(drive.submits()).toHaveLength(2);
    expect(drive.verdicts()).toEqual([{ outcome: 'withheld', reason: 'The same header was sent before.' }]);
  });

  it('knows it also after the job was handed out again, and when only versions differ not', () => {
    const drive = mining();
    const { job } = drive;
    drive.submit(shareOf(job, { version: 0x20002000 }));
    drive.hear(call('mining.set_version_mask', ['00006000']));
    drive.submit(shareOf(drive.job, { version: 0x20002000 }));
    drive.submit(shareOf(drive.job, { version: 0x20004000 }));
    expect(drive.submits().map(({ params }) => params[5])).toEqual(['00002000', '00004000']);
  });

  it('remembers a bounded number', () => {
    const drive = new Drive({ limits: { rememberedShares: 2 } }).connect();
    drive.hear(EASIEST, notify());
    for (const nonce of [1, 2, 3, 3, 2, 1]) send(drive, nonce);
    expect(drive.submits().map(({ params }) => params[4])).toEqual([
      '00000001',
      '00000002',
      '00000003',
      '00000001',
    ]);
  });
});

describe('a job that was copied on its way', () => {
  it('is known by its origin', () => {
    const drive = mining();
    drive.submit(shareOf({ ...drive.job, cleanJobs: true }));
    expect(drive.submits()).toHaveLength(1);
    const { origin: _, ...stranger } = drive.job;
    drive.submit(shareOf(stranger, { nonce: 2 }));
    drive.submit(shareOf({ ...stranger, origin: {} }, { nonce: 3 }));
    expect(drive.submits()).toHaveLength(1);
  });
});

describe('C25 responses are matched by id', () => {
  it('out of order, each its own round trip', () => {
    const drive = mining();
    const first = send(drive, 1);
    drive.nowMs += 10;
    const second = send(drive, 2);
    drive.nowMs += 5;
    drive.hear(answer(second, null, [22, 'Duplicate', null]));
    drive.nowMs += 5;
    drive.hear(answer(String(first), true));
    expect(drive.all('verdict').map(({ share, verdict }) => [share.header.nonce, verdict])).toEqual([
      [2, { outcome: 'rejected', class: 'duplicate', reason: 'Duplicate', roundTripMs: 5 }],
      [1, { outcome: 'accepted', roundTripMs: 20 }],
    ]);
  });

  it('an unknown id, null, 0, a fraction, a number without end or a second answer never counts', () => {
    const drive = mining();
    const id = send(drive, 1);
    for (const wrong of [99, null, 0, id + 0.5, `0${id}`, `${id} `, [id], { id }, true, -id])
      drive.hear(answer(wrong, true));
    drive.hear(`{"id":1e999,"result":true}`, `{"id":${'9'.repeat(400)},"result":true}`, '{"result":true}');
    expect(drive.session.stats()).toMatchObject({ accepted: 0, pending: 1, unmatched: 13 });
    drive.hear(answer(id, true), answer(id, true), answer(id, false));
    expect(drive.session.stats()).toMatchObject({ accepted: 1, pending: 0, unmatched: 15 });
  });

  it('late answers to other requests are no verdicts', () => {
    const drive = mining();
    send(drive, 1);
    for (const id of [1, 2, 3]) drive.hear(answer(id, null, [20, 'x', null]));
    expect(drive.verdicts()).toEqual([]);
  });

  it('shows a complaint that names no request, once', () => {
    const drive = mining();
    const { events } = drive.hear(
      ...Array(3).fill(answer(null, null, [24, 'Unauthorized\u0007 worker', null])),
    );
    expect(events).toMatchObject([
      { type: 'warning', message: expect.stringContaining('Unauthorized worker') },
    ]);
  });
});

describe('C26 an answer that says nothing', () => {
  it.each([
    [null, null],
    [undefined, undefined],
    ['ok', null],
  ])('result %j, error %j is not accepted', (result, error) => {
    const drive = mining();
    const id = send(drive, 1);
    drive.hear(JSON.stringify({ id, result, error }));
    expect(drive.verdicts()).toEqual([{ outcome: 'unknown', reason: 'The answer was neither yes nor no.' }]);
    expect(drive.session.stats()).toMatchObject({ accepted: 0, unknown: 1, pending: 0 });
  });
});

describe('C27 reasons to reject', () => {
  it.each([
    ['array', { result: null, error: [21, 'Job not found', null] }, 'stale', 'Job not found'],
    ['string', { result: false, error: 'Duplicate share' }, 'duplicate', 'Duplicate share'],
    [
      'object',
      { result: null, error: { code: 23, message: 'Low difficulty share' } },
      'low-difficulty',
      'Low difficulty share',
    ],
    [
      'reject-reason',
      { result: false, error: null, 'reject-reason': 'Worker mismatch' },
      'unauthorized',
      'Worker mismatch',
    ],
    ['false alone', { result: false, error: null }, 'other', 'no reason given'],
  ])('%s', (_, members, rejected, reason) => {
    const drive = mining();
    drive.hear(JSON.stringify({ id: send(drive, 1), ...members }));
    expect(drive.verdicts()).toEqual([{ outcome: 'rejected', class: rejected, reason, roundTripMs: 0 }]);
    expect(drive.session.stats().rejected).toMatchObject({ [rejected]: 1 });
  });
});

describe('C33 fail-over', () => {
  it('takes user, job ids and difficulty of the pool it speaks with, and none of the other', () => {
    const primary = new Drive({ worker: 'ann.primary' }).connect({ extranonce1: 'aa' });
    primary.hear(call('mining.set_difficulty', [1e-10]), notify({ jobId: 'same' }));
    const fallback = new Drive({ worker: 'ann.fallback' }).connect({ extranonce1: 'aa' });
    fallback.hear(notify({ jobId: 'same' }));
    expect(fallback.last('job').difficulty).toBe(1);
    fallback.submit(shareOf(primary.job));
    expect(fallback.submits()).toEqual([]);
    expect(fallback.verdicts()).toEqual([{ outcome: 'withheld', reason: 'Its job is not of this pool.' }]);
    fallback.hear(EASIEST, notify({ jobId: 'next' }));
    fallback.submit(shareOf(fallback.job));
    expect(fallback.request('mining.submit').params.slice(0, 2)).toEqual(['ann.fallback', 'next']);
  });
});

describe('a share that is never answered', () => {
  it('is unknown after 60 s, and a late answer does not count', () => {
    const drive = mining();
    const id = send(drive, 1);
    drive.pass(30_000);
    drive.hear(call('mining.ping', []));
    send(drive, 2);
    drive.pass(29_999);
    expect(drive.verdicts()).toEqual([]);
    expect(drive.deadlineMs).toBe(drive.nowMs + 1);
    drive.pass(1);
    expect(drive.verdicts()).toEqual([{ outcome: 'unknown', reason: 'No answer came in time.' }]);
    drive.hear(answer(id, true));
    expect(drive.session.stats()).toMatchObject({ accepted: 0, unknown: 1, pending: 1, unmatched: 1 });
  });
});

describe('too many shares without an answer', () => {
  it('withholds further ones, and lets blocks pass for a while', () => {
    const drive = new Drive({ limits: { pendingShares: 2 } }).connect();
    drive.hear(EASIEST, notify({ nBits: EASY_NETWORK }));
    let nonce = 0;
    const next = (block: boolean) => {
      const share = searchShare(drive.job, block, nonce);
      nonce = share.header.nonce + 1;
      drive.submit(share);
    };
    for (const block of [false, false, false, true, true, true]) next(block);
    expect(drive.submits()).toHaveLength(4);
    expect(drive.session.stats()).toMatchObject({ shares: 6, pending: 4, withheld: 2 });
  });
});
