/** The jobs of a session: what belongs to which job, and when work is over. */
import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../src/bitcoin/hex.ts';
import { sha256d } from '../../src/bitcoin/sha256.ts';
import { DIFFICULTY_1_TARGET } from '../../src/bitcoin/target.ts';
import { targetFromDifficulty } from '../../src/stratum/difficulty.ts';
import { headerSpace } from '../../src/work/unit.ts';
import { Drive, searchShare, shareOf } from '../stratum/drive.ts';
import { answer, COINBASE2, call, EASIEST, notify, PREV_HASH } from '../stratum/pool-lines.ts';

const difficulty = (value: unknown) => call('mining.set_difficulty', [value]);
const NEXT_TIP = `${'ab'.repeat(24)}0000000000000000`;
const EASY_NETWORK = '207fffff';

describe('a job', () => {
  it('has every field', () => {
    const drive = new Drive().connect();
    drive.hear(difficulty(2), notify());
    expect(drive.job).toMatchObject({
      id: 'job1',
      height: 840_000,
      version: 0x20000000,
      versionMask: 0x1fffe000,
      extranonce2Bytes: 4,
      nTime: 0x646ff1a9,
      nBits: 0x1705ae3a,
      networkTarget: 0x05ae3an << 160n,
      shareTarget: targetFromDifficulty(2),
      cleanJobs: true, // the first of a connection
      coinbaseValue: undefined,
      body: undefined,
    });
    expect(toHex(drive.job.prevHash)).toBe(PREV_HASH);
    expect(drive.last('job')).toMatchObject({ difficulty: 2, again: false });
  });
});

describe('C6 empty merkle branch', () => {
  it('has the coinbase hash for its root', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ branch: [] }));
    const { job } = drive;
    const coinbase = concatBytes(job.coinbase1, job.extranonce1, new Uint8Array(4), job.coinbase2);
    expect(headerSpace(job, new Uint8Array(4), [job.version]).merkleRoot).toEqual(sha256d(coinbase));
  });
});

describe('C7 merkle branch', () => {
  it('takes 14 entries', () => {
    const drive = new Drive().connect();
    drive.hear(notify({ branch: Array(14).fill('cd'.repeat(32)) }));
    expect(drive.job.merkleBranch).toHaveLength(14);
  });

  it.each([[7], [null]])('refuses a job with %j in it, keeps the connection, and says so once', (element) => {
    const drive = new Drive().connect();
    drive.hear(notify());
    const bad = notify({ jobId: 'bad', branch: ['cd'.repeat(32), element] });
    const { events } = drive.hear(bad, bad, bad);
    expect(events).toMatchObject([{ type: 'warning', message: expect.stringContaining('a branch element') }]);
    expect(drive.session.stats()).toMatchObject({ malformed: 3, garbage: 0 });
    drive.hear(notify({ jobId: 'good' }));
    expect(drive.job.id).toBe('good');
  });
});

describe('C8 fractional difficulty', () => {
  it.each([
    [0.001, '000003e7fc18'],
    [1e-8, '05f5db0a1f00'],
    [3, '000000005555'],
    [1.5, '00000000aaaa'],
  ])('%d is the share target %s...', (value, digits) => {
    const drive = new Drive().connect();
    drive.hear(difficulty(value), notify());
    expect(drive.job.shareTarget.toString(16).padStart(64, '0').slice(0, 12)).toBe(digits);
  });

  it('belongs to the next job: shares of the one before keep theirs, the last before a notify wins', () => {
    const drive = new Drive().connect();
    drive.hear(difficulty(1e-10), notify({ jobId: 'a' }));
    const a = drive.job;
    drive.hear(difficulty(5), difficulty(1e9));
    expect(drive.job).toBe(a);
    drive.hear(notify({ jobId: 'b' }));
    expect(drive.job.shareTarget).toBe(targetFromDifficulty(1e9));
    drive.submit(shareOf(a));
    expect(drive.submits()).toHaveLength(1);
  });

  it('takes set_target just so', () => {
    const drive = new Drive().connect();
    drive.hear(call('mining.set_target', ['00000000ffff'.padEnd(64, '0')]), notify());
    expect(drive.job.shareTarget).toBe(DIFFICULTY_1_TARGET);
  });
});

describe('C10 difficulty that is none', () => {
  it.each(['0', '-1', '"NaN"', 'null', '1e400'])('%s: the one before is kept', (json) => {
    const drive = new Drive().connect();
    drive.hear(difficulty(7), `{"id":null,"method":"mining.set_difficulty","params":[${json}]}`, notify());
    expect(drive.last('job').difficulty).toBe(7);
    expect(drive.all('warning')).toHaveLength(1);
  });

  it('"12" counts as 12, with a warning', () => {
    const drive = new Drive().connect();
    drive.hear(difficulty('12'), notify());
    expect(drive.last('job').difficulty).toBe(12);
    expect(drive.last('warning').message).toContain('"12"');
  });
});

describe('C11 notify before any set_difficulty', () => {
  it('assumes difficulty 1, and mines', () => {
    const drive = new Drive().connect();
    drive.hear(notify());
    expect(drive.job.shareTarget).toBe(DIFFICULTY_1_TARGET);
  });

  it('a harder first difficulty counts at once (ckpool), so that no share is rejected', () => {
    const drive = new Drive().connect();
    drive.hear(notify());
    const assumed = drive.job;
    drive.hear(difficulty(1000));
    expect(drive.last('job')).toMatchObject({ again: true, difficulty: 1000, job: { cleanJobs: false } });
    expect(drive.job.shareTarget).toBe(targetFromDifficulty(1000));
    const share = { ...shareOf(assumed), hash: new Uint8Array(32).fill(0xff, 0, 27) }; // between 1 and 1000
    drive.submit(share);
    expect(drive.verdicts()).toEqual([
      { outcome: 'withheld', reason: 'Its job has become harder than this hash.' },
    ]);
    drive.hear(difficulty(2000));
    expect(drive.last('job').difficulty).toBe(1000); // only the first one
  });

  it('an easier first difficulty waits for the next notify', () => {
    const drive = new Drive().connect();
    drive.hear(notify(), difficulty(0.5));
    expect(drive.all('job')).toHaveLength(1);
    drive.hear(notify({ jobId: 'b' }));
    expect(drive.last('job').difficulty).toBe(0.5);
  });

  it('a new connection does not touch jobs of the one before', () => {
    const drive = new Drive().connect();
    drive.hear(notify());
    drive.close();
    drive.open();
    const mask = { 'version-rolling': true, 'version-rolling.mask': '00006000' };
    drive.hear(answer(drive.request('mining.configure').id, mask), difficulty(1000));
    expect(drive.all('job')).toHaveLength(1);
  });

  it('starts again at 1 on every connection', () => {
    const drive = new Drive().connect();
    drive.hear(difficulty(1000), notify());
    drive.close();
    drive.connect();
    drive.hear(notify());
    expect(drive.last('job').difficulty).toBe(1);
  });
});

describe('notify before the answer to subscribe', () => {
  it('waits for extranonce1, with the difficulty of its time', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(difficulty(3), notify({ jobId: 'a', clean: true }), notify({ jobId: 'b' }), difficulty(9));
    expect(drive.all('job')).toEqual([]);
    drive.hear(answer(2, [[], '0a0b', 2]));
    expect(drive.last('job')).toMatchObject({
      difficulty: 3,
      job: { id: 'b', cleanJobs: true, extranonce2Bytes: 2 },
    });
    drive.hear(notify({ jobId: 'c' }));
    expect(drive.last('job').difficulty).toBe(9);
  });

  it('takes a harder difficulty that came after it, when none came before', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(notify(), difficulty(9), answer(2, [[], '0a0b', 2]));
    expect(drive.last('job').difficulty).toBe(9);
  });
});

describe('C16 set_version_mask mid-job', () => {
  it('counts at once for new work, and shares from before keep their own version', () => {
    const drive = new Drive().connect({ mask: '1fffe000' });
    drive.hear(EASIEST, notify());
    const before = drive.job;
    const { events } = drive.hear(call('mining.set_version_mask', ['00006000']));
    expect(events).toMatchObject([
      { type: 'version-rolling', mask: 0x6000 },
      { type: 'job', again: true, job: { id: 'job1', versionMask: 0x6000, cleanJobs: false } },
    ]);
    drive.submit(shareOf(before, { version: 0x30000000 }));
    drive.submit(shareOf(drive.job, { version: 0x20002000 }));
    expect(drive.submits().map(({ params }) => params[5])).toEqual(['10000000', '00002000']);
    drive.hear(notify({ jobId: 'b' }));
    expect(drive.job.versionMask).toBe(0x6000);
  });

  it('changes nothing when the bits stay the same, or rolling was never granted', () => {
    const granted = new Drive().connect({ mask: '1fffe000' });
    granted.hear(notify(), call('mining.set_version_mask', ['ffffe000']));
    expect(granted.all('job')).toHaveLength(1);
    const refused = new Drive().connect({ mask: null });
    refused.hear(notify(), call('mining.set_version_mask', ['1fffe000']));
    expect(refused.all('job')).toHaveLength(1);
    expect(refused.job.versionMask).toBe(0);
  });
});

describe('C17 set_extranonce mid-session', () => {
  it('counts from the next notify on; shares of earlier jobs keep theirs', () => {
    const drive = new Drive().connect({ extranonce1: '08000002', size: 4 });
    drive.hear(EASIEST, notify({ jobId: 'a' }));
    const a = drive.job;
    const { events } = drive.hear(call('mining.set_extranonce', ['0c0d', 6]));
    expect(events).toEqual([]);
    drive.hear(notify({ jobId: 'b' }));
    expect([toHex(drive.job.extranonce1), drive.job.extranonce2Bytes]).toEqual(['0c0d', 6]);
    drive.submit(shareOf(a));
    drive.submit(shareOf(drive.job));
    expect(drive.submits().map(({ params }) => params.slice(1, 3))).toEqual([
      ['a', '00000000'],
      ['b', '000000000000'],
    ]);
  });

  it('counts for a job that the pool repeats', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify(), call('mining.set_extranonce', ['0c0d', 6]), notify());
    expect(toHex(drive.job.extranonce1)).toBe('0c0d');
  });
});

describe('C22 clean_jobs', () => {
  it('true: no shares for earlier jobs any more', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ jobId: 'a' }));
    const a = drive.job;
    drive.hear(notify({ jobId: 'b', clean: true }));
    expect(drive.job.cleanJobs).toBe(true);
    drive.submit(shareOf(a));
    expect(drive.submits()).toEqual([]);
    expect(drive.verdicts()).toEqual([{ outcome: 'withheld', reason: 'Its job is over.' }]);
  });

  it('true: a block of an earlier job is sent all the same', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ jobId: 'a', nBits: EASY_NETWORK }));
    const a = drive.job;
    drive.hear(notify({ jobId: 'b', clean: true }));
    drive.submit(searchShare(a, false));
    drive.submit(searchShare(a, true));
    expect(drive.submits().map(({ params }) => params[1])).toEqual(['a']);
  });

  it('false: earlier jobs stay good', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ jobId: 'a' }));
    const a = drive.job;
    drive.hear(notify({ jobId: 'b' }));
    expect(drive.job.cleanJobs).toBe(false);
    drive.submit(shareOf(a, { nonce: 1 }));
    drive.submit(shareOf(drive.job, { nonce: 2 }));
    expect(drive.submits().map(({ params }) => params[1])).toEqual(['a', 'b']);
  });

  it('false with a new previous hash counts as true', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ jobId: 'a' }));
    const a = drive.job;
    drive.hear(notify({ jobId: 'b', prevHash: NEXT_TIP }));
    expect(drive.job.cleanJobs).toBe(true);
    drive.submit(shareOf(a));
    expect(drive.submits()).toEqual([]);
  });
});

describe('duplicate notify', () => {
  it('is no new job when it tells nothing new', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ clean: true }), notify({ clean: true }), notify({ clean: false }));
    expect(drive.all('job')).toHaveLength(1);
  });

  it.each([
    ['another time', notify({ nTime: '646ff1aa' })],
    ['other transactions', notify({ branch: [] })],
    ['another coinbase', notify({ coinbase2: `${COINBASE2}00` })],
    ['the flag', notify({ clean: true })],
  ])('with %s replaces the job', (_, line) => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify(), line);
    expect(drive.all('job').map(({ again }) => again)).toEqual([false, false]);
  });

  it('with a new difficulty before it is handed out again', () => {
    const drive = new Drive().connect();
    drive.hear(difficulty(4), notify(), difficulty(2), notify());
    expect(drive.all('job').map((event) => event.difficulty)).toEqual([4, 2]);
  });
});

describe('job ids that could control a terminal', () => {
  it('are sent back as they are, and shown without', () => {
    const jobId = 'a\u001b[31mb"\\';
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify({ jobId }));
    expect(drive.job.id).toBe('ab"\\');
    drive.submit(shareOf(drive.job));
    expect(drive.request('mining.submit').params[1]).toBe(jobId);
  });
});
