/** C34: what becomes of shares when the connection is lost, and when the session is resumed. */
import { describe, expect, it } from 'vitest';
import { Drive, searchShare, shareOf } from '../stratum/drive.ts';
import { answer, call, EASIEST, notify } from '../stratum/pool-lines.ts';

const EASY_NETWORK = '207fffff';
const NEXT_TIP = `${'ab'.repeat(24)}0000000000000000`;
const LOST = { outcome: 'unknown', reason: 'The connection was gone before an answer came.' };

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

/** The first shares of the job that are no blocks. */
const ordinary = (drive: Drive, count: number) => {
  const shares = [searchShare(drive.job, false)];
  while (shares.length < count) shares.push(searchShare(drive.job, false, shares.at(-1)!.header.nonce + 1));
  return shares;
};

/** The nonces that were submitted, in order. */
const nonces = (drive: Drive) => drive.submits().map(({ params }) => Number.parseInt(String(params[4]), 16));

describe('C34 the pool drops mid-submit', () => {
  const again = (drive: Drive, { extranonce1 = '08000002', waitMs = 5_000 } = {}) => {
    drive.close();
    drive.pass(waitMs);
    const { send } = drive.open();
    drive.hear(answer(drive.request('mining.subscribe').id, [[['mining.notify', 's1']], extranonce1, 4]));
    return send;
  };

  it('resumes with the session id, and sends the share again after authorize', () => {
    const drive = mining();
    const before = send(drive, 1);
    expect(again(drive).at(-1)).toContain('"params":["hashgap/test","s1"]');
    expect(drive.last('subscribed').resumed).toBe(true);
    expect(drive.submits()).toHaveLength(1);
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(drive.all('resubmitted')).toHaveLength(1);
    const [first, second] = drive.submits();
    expect(second?.params).toEqual(first?.params); // with version bits, though this connection has no answer to configure yet
    drive.hear(answer(before, true)); // the id of before means nothing now
    expect(drive.verdicts()).toEqual([]);
    drive.nowMs += 7;
    drive.hear(answer(second!.id, true));
    expect(drive.verdicts()).toEqual([{ outcome: 'accepted', roundTripMs: 7 }]);
    expect(drive.session.stats()).toMatchObject({ shares: 1, accepted: 1, unknown: 0, pending: 0 });
  });

  it('counts it as unknown when extranonce1 is another', () => {
    const drive = mining();
    send(drive, 1);
    again(drive, { extranonce1: '08000003' });
    expect(drive.last('subscribed').resumed).toBe(false);
    expect(drive.verdicts()).toEqual([LOST]);
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(drive.submits()).toHaveLength(1);
  });

  it('counts it as unknown after 120 s', () => {
    const drive = mining();
    send(drive, 1);
    drive.pass(20_000);
    drive.close();
    expect(drive.deadlineMs).toBe(drive.nowMs + 100_000);
    expect(drive.pass(99_999).events).toEqual([]);
    expect(drive.pass(1).events).toMatchObject([{ type: 'verdict', verdict: LOST }]);
    expect(drive.deadlineMs).toBeUndefined();
  });

  it('counts it as unknown at once when the pool named no session to resume', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [null, '08', 4]), EASIEST, notify());
    send(drive, 1);
    expect(drive.close().events).toMatchObject([{ type: 'verdict', verdict: LOST }]);
  });

  it('counts it as unknown when the session ends', () => {
    const drive = mining();
    send(drive, 1);
    send(drive, 2);
    drive.end();
    expect(drive.verdicts()).toEqual([LOST, LOST]);
    expect(drive.end().events).toEqual([]);
    send(drive, 3);
    expect(drive.verdicts().at(-1)).toEqual({
      outcome: 'withheld',
      reason: 'There is no connection to the pool.',
    });
  });

  it('asks for a fresh session when the pool refuses the session id', () => {
    const drive = mining();
    send(drive, 1);
    drive.close();
    drive.open();
    const { send: lines } = drive.hear(
      answer(drive.request('mining.subscribe').id, null, [20, 'no such session', null]),
    );
    expect(lines.map((line) => JSON.parse(line).params)).toEqual([['hashgap/test']]);
    drive.hear(answer(drive.request('mining.subscribe').id, [[], '08000002', 4]));
    expect(drive.last('subscribed').resumed).toBe(false);
    expect(drive.verdicts()).toEqual([LOST]);
    expect(drive.all('dead')).toEqual([]);
  });

  it('does not try a refused session id again', () => {
    const drive = mining();
    drive.close();
    drive.open();
    drive.hear(answer(drive.request('mining.subscribe').id, null, 'unknown session'));
    drive.close();
    drive.open();
    expect(drive.request('mining.subscribe').params).toEqual(['hashgap/test']);
  });

  it('forgets no clean job that came before the answer to subscribe', () => {
    const drive = mining();
    const { job } = drive;
    drive.close();
    drive.open();
    drive.hear(notify({ jobId: 'b', clean: true }), notify({ jobId: 'c' }));
    drive.hear(answer(drive.request('mining.subscribe').id, [[['mining.notify', 's1']], '08000002', 4]));
    expect(drive.last('subscribed').resumed).toBe(true);
    expect(drive.job).toMatchObject({ id: 'c', cleanJobs: true });
    drive.submit(shareOf(job));
    expect(drive.submits()).toEqual([]);
  });

  it('keeps the newest shares alone where there are more than a session may take up again', () => {
    const drive = new Drive({ limits: { parkedShares: 2 } }).connect();
    drive.hear(EASIEST, notify());
    for (const nonce of [1, 2, 3]) send(drive, nonce);
    drive.close();
    expect(drive.verdicts()).toEqual([LOST]);
    drive.submit(shareOf(drive.job, { nonce: 4 }));
    expect(drive.verdicts().at(-1)).toMatchObject({
      outcome: 'withheld',
      reason: 'Too many shares wait for an answer.',
    });
  });

  it('a block waits for the session to be resumed, however many shares do', () => {
    const drive = new Drive({ limits: { parkedShares: 2 } }).connect();
    drive.hear(EASIEST, notify({ nBits: EASY_NETWORK }));
    const [first, second, third] = ordinary(drive, 3);
    const block = searchShare(drive.job, true);
    const next = searchShare(drive.job, true, block.header.nonce + 1);
    const waiting = [block, first, second, next];
    drive.close();
    for (const share of [...waiting, third]) drive.submit(share!);
    expect(drive.all('verdict')).toMatchObject([{ share: third, verdict: { outcome: 'withheld' } }]);
    again(drive);
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(nonces(drive)).toEqual(waiting.map((share) => share!.header.nonce));
    expect(drive.session.stats()).toMatchObject({ shares: 5, withheld: 1, unknown: 0, pending: 4 });
  });

  it('a block without an answer is kept, though it is the oldest of more than a session may take up again', () => {
    const drive = new Drive({ limits: { parkedShares: 2 } }).connect();
    drive.hear(EASIEST, notify({ nBits: EASY_NETWORK }));
    const block = searchShare(drive.job, true);
    const [first, second, third] = ordinary(drive, 3);
    for (const share of [block, first, second, third]) drive.submit(share!);
    drive.close();
    expect(drive.all('verdict')).toMatchObject([{ share: first, verdict: LOST }]);
    drive.submit(searchShare(drive.job, true, block.header.nonce + 1));
    expect(drive.session.stats()).toMatchObject({ unknown: 1, withheld: 0, pending: 4 });
    again(drive);
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(nonces(drive).slice(4, 7)).toEqual([block, second, third].map((share) => share!.header.nonce));
    expect(drive.submits()).toHaveLength(8);
  });

  it('keeps no more blocks than may be pending', () => {
    const drive = new Drive({ limits: { parkedShares: 2, pendingShares: 1 } }).connect();
    drive.hear(EASIEST, notify({ nBits: EASY_NETWORK }));
    drive.close();
    for (let nonce = -1, i = 0; i < 3; i++) {
      const block = searchShare(drive.job, true, nonce + 1);
      nonce = block.header.nonce;
      drive.submit(block);
    }
    expect(drive.session.stats()).toMatchObject({ shares: 3, withheld: 1, pending: 2 });
  });

  it('sends a share that was found without a connection, when the session is resumed', () => {
    const drive = mining();
    const { job } = drive;
    drive.close();
    drive.submit(shareOf(job));
    drive.open();
    drive.hear(answer(drive.request('mining.subscribe').id, [[['mining.notify', 's1']], '08000002', 4]));
    drive.submit(shareOf(job, { nonce: 9 })); // waits for authorize as well
    expect(drive.submits()).toEqual([]);
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(drive.submits()).toHaveLength(2);
    expect(drive.all('resubmitted')).toEqual([]);
    drive.submit(shareOf(job, { nonce: 10 })); // and then no more
    expect(drive.submits()).toHaveLength(3);
  });

  it('does not send again what a clean job has made worthless, except a block', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ nBits: EASY_NETWORK }));
    drive.submit(searchShare(drive.job, false));
    drive.submit(searchShare(drive.job, true));
    again(drive);
    drive.hear(
      EASIEST,
      notify({ jobId: 'b', prevHash: NEXT_TIP }),
      answer(drive.request('mining.authorize').id, true),
    );
    expect(drive.verdicts()).toEqual([LOST]);
    expect(drive.submits()).toHaveLength(3);
  });

  it.each([
    ['the same job, clean', notify({ clean: true })],
    ['another job on the same tip, clean', notify({ jobId: 'b', clean: true })],
  ])('keeps shares when the pool sends %s before it answers authorize, as ckpool does', (_, first) => {
    const drive = mining();
    const { job } = drive;
    send(drive, 1);
    drive.close();
    drive.submit(shareOf(job, { nonce: 2 }));
    again(drive);
    drive.hear(first);
    expect(drive.verdicts()).toEqual([]);
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(drive.submits().map(({ params }) => [params[1], params[4]])).toEqual([
      ['job1', '00000001'],
      ['job1', '00000001'],
      ['job1', '00000002'],
    ]);
    expect(drive.verdicts()).toEqual([]);
  });

  it('a job that is repeated at the start of a resumed session is not over: its shares go on', () => {
    const drive = mining();
    const { job } = drive;
    again(drive);
    drive.hear(notify({ clean: true }));
    drive.submit(shareOf(job, { nonce: 5 })); // found on the job object of before
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(drive.submits()).toHaveLength(1);
    drive.hear(notify({ jobId: 'b', clean: true }));
    drive.submit(shareOf(job, { nonce: 6 }));
    expect(drive.submits()).toHaveLength(1);
  });

  it('gives up shares whose job id means other work now', () => {
    const drive = mining();
    send(drive, 1);
    again(drive);
    drive.hear(notify({ nTime: '65000001', clean: true }), notify({ jobId: 'b' }));
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(drive.verdicts()).toEqual([LOST]);
    expect(drive.submits()).toHaveLength(1);
  });

  it('sends only blocks again when the worker is refused now', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ nBits: EASY_NETWORK }));
    drive.submit(searchShare(drive.job, false));
    drive.submit(searchShare(drive.job, true));
    again(drive);
    drive.hear(answer(drive.request('mining.authorize').id, false));
    expect(drive.verdicts()).toEqual([LOST]);
    expect(drive.submits()).toHaveLength(3);
  });

  it('does not call it a duplicate when the pool has the share from before', () => {
    const drive = mining();
    send(drive, 1);
    again(drive);
    drive.hear(answer(drive.request('mining.authorize').id, true));
    drive.hear(answer(drive.request('mining.submit').id, null, [22, 'Duplicate share', null]));
    expect(drive.verdicts()).toMatchObject([
      { outcome: 'unknown', reason: expect.stringContaining('has it already') },
    ]);
  });

  it('gives up each share in its own time, whatever connection it was handed in on', () => {
    const drive = mining();
    const { job } = drive;
    send(drive, 1);
    again(drive); // authorize is not answered
    drive.hear(EASIEST, notify({ jobId: 'b' }));
    drive.nowMs += 1_000;
    send(drive, 2);
    const secondMs = drive.nowMs;
    drive.nowMs += 1_000;
    drive.submit(shareOf(job, { nonce: 3 })); // parked before the one that is sent already
    drive.close();
    drive.pass(114_000);
    expect(drive.verdicts()).toEqual([LOST]);
    expect(drive.deadlineMs).toBe(secondMs + 120_000);
    drive.pass(secondMs + 120_000 - drive.nowMs);
    expect(drive.all('verdict').map(({ share }) => share.header.nonce)).toEqual([1, 2]);
  });

  it('keeps shares of the extranonce1 that subscribe gave, also when set_extranonce comes again', () => {
    const drive = mining();
    send(drive, 1);
    again(drive);
    drive.hear(
      call('mining.set_extranonce', ['0c0d', 6]),
      answer(drive.request('mining.authorize').id, true),
    );
    expect(drive.submits()).toHaveLength(2);
  });

  it('drops jobs of a session that is not continued', () => {
    const drive = mining();
    const { job } = drive;
    again(drive, { extranonce1: '08000003' });
    drive.hear(answer(drive.request('mining.authorize').id, true), EASIEST, notify());
    expect(drive.job.cleanJobs).toBe(true);
    drive.submit(shareOf(job, { nonce: 5 }));
    expect(drive.submits()).toEqual([]);
  });

  it('keeps jobs of a session that is continued, until a clean one', () => {
    const drive = mining();
    const { job } = drive;
    again(drive);
    drive.hear(answer(drive.request('mining.authorize').id, true), EASIEST, notify({ jobId: 'b' }));
    expect(drive.job.cleanJobs).toBe(false);
    drive.submit(shareOf(job, { nonce: 5 }));
    drive.hear(notify({ jobId: 'c', clean: true }));
    drive.submit(shareOf(job, { nonce: 6 }));
    expect(drive.submits().map(({ params }) => params[1])).toEqual(['job1']);
  });
});
