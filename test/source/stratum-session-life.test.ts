/** The life of a session: silence, missing jobs, garbage, keep-alive, and clocks that go wrong. */
import { describe, expect, it } from 'vitest';
import { Drive, shareOf } from '../stratum/drive.ts';
import { answer, COINBASE2, call, EASIEST, notify } from '../stratum/pool-lines.ts';

const mining = (options = {}) => {
  const drive = new Drive(options).connect();
  drive.hear(EASIEST, notify());
  return drive;
};

describe('liveness', () => {
  it('a silent pool is dead after 120 s', () => {
    const drive = mining();
    expect(drive.deadlineMs).toBe(drive.nowMs + 120_000);
    drive.pass(119_999);
    drive.hear(call('mining.ping', []));
    drive.pass(119_999);
    expect(drive.all('dead')).toEqual([]);
    drive.pass(1);
    expect(drive.last('dead')).toEqual({
      type: 'dead',
      cause: 'silent',
      reason: 'The pool has said nothing for 120 s.',
    });
    expect(drive.pass(1_000_000).events).toEqual([]); // told once
  });

  it('a pool that talks but sends no new job is dead after 300 s', () => {
    const drive = mining();
    for (let i = 0; i < 4; i++) {
      drive.pass(60_000);
      drive.hear(notify(), call('mining.set_difficulty', [1e-10])); // the job again is no new one
    }
    expect(drive.deadlineMs).toBe(drive.nowMs + 60_000);
    drive.pass(60_000);
    expect(drive.last('dead')).toMatchObject({ cause: 'no-new-job' });
  });

  it('a job that is handed out again is no new one', () => {
    const drive = mining();
    for (let i = 0; i < 5; i++) {
      drive.pass(60_000);
      drive.hear(call('mining.set_version_mask', [i % 2 === 0 ? '0000e000' : '00006000']));
    }
    expect(drive.all('job')).toHaveLength(6);
    drive.pass(0);
    expect(drive.last('dead').cause).toBe('no-new-job');
  });

  it('warns anew on each connection', () => {
    const drive = mining();
    drive.hear('garbage', 'garbage');
    drive.close();
    drive.connect();
    drive.hear('garbage', 'garbage');
    expect(drive.all('warning')).toHaveLength(2);
  });

  it('each new job counts, and a new connection starts anew', () => {
    const drive = mining();
    for (let i = 0; i < 10; i++) {
      drive.pass(100_000);
      drive.hear(notify({ jobId: `j${i}` }));
    }
    expect(drive.all('dead')).toEqual([]);
    drive.pass(120_000);
    drive.close();
    drive.connect();
    drive.pass(119_999);
    expect(drive.all('dead')).toHaveLength(1);
    drive.pass(1);
    expect(drive.all('dead')).toHaveLength(2);
  });

  it('says after a closed connection that there is nothing to wait for', () => {
    const drive = mining();
    expect(drive.close().deadlineMs).toBeUndefined();
    expect(drive.pass(1_000_000).events).toEqual([]);
    expect(drive.hear(notify({ jobId: 'late' })).events).toEqual([]);
  });

  it('survives a clock that goes back, and inputs that come too early', () => {
    const drive = mining();
    drive.submit(shareOf(drive.job));
    drive.nowMs -= 500;
    drive.hear(answer(drive.request('mining.submit').id, true));
    expect(drive.verdicts()).toEqual([{ outcome: 'accepted', roundTripMs: 0 }]);
    expect(drive.pass(0).events).toEqual([]);
  });
});

describe('keep-alive', () => {
  it('is off, unless it is asked for', () => {
    const drive = mining();
    const sent = drive.sent.length;
    drive.pass(100_000);
    expect(drive.sent).toHaveLength(sent);
  });

  it('wishes for the difficulty that holds when nothing was sent for so long', () => {
    const drive = mining({ limits: { keepAliveMs: 60_000 } });
    drive.hear(call('mining.set_difficulty', [8]));
    drive.pass(30_000);
    drive.submit(shareOf(drive.job));
    expect(drive.pass(59_999).send).toEqual([]);
    expect(drive.deadlineMs).toBe(drive.nowMs + 1);
    const { send } = drive.pass(1);
    expect(send.map((line) => JSON.parse(line))).toMatchObject([
      { method: 'mining.suggest_difficulty', params: [8] },
    ]);
    drive.hear(answer(drive.request('mining.suggest_difficulty').id, null, [-3, 'Method not found', null]));
    expect(drive.session.stats().unmatched).toBe(0);
  });
});

describe('C30 a notify of 40 KB', () => {
  it('is a job', () => {
    const drive = mining();
    drive.hear(notify({ jobId: 'large', coinbase2: COINBASE2.padEnd(40_000, '0') }));
    expect(drive.job.id).toBe('large');
    expect(drive.job.coinbase2).toHaveLength(20_000);
  });
});

describe('C31 garbage', () => {
  const PAGE = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: text/html',
    '<html>',
    '<body>Bad request</body>',
    '</html>',
  ];

  it('an HTTP page is counted and told once, with a hint', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(...PAGE);
    expect(drive.events).toMatchObject([{ type: 'warning', message: expect.stringContaining('web server') }]);
    expect(drive.session.stats().garbage).toBe(5);
  });

  it('gives up after 20 lines in a row', () => {
    const drive = mining();
    drive.hear(...Array(19).fill('garbage'));
    drive.hear(call('mining.ping', []));
    drive.hear(...Array(19).fill('garbage'));
    expect(drive.all('dead')).toEqual([]);
    drive.hear('garbage', 'garbage', 'garbage');
    expect(drive.all('dead')).toMatchObject([{ cause: 'garbage' }]);
  });

  it('gives up after 100 lines within a minute, with messages between', () => {
    const drive = mining();
    for (let i = 0; i < 99; i++) drive.hear('garbage', call('mining.ping', []));
    drive.nowMs += 60_000;
    for (let i = 0; i < 99; i++) drive.hear('garbage', call('mining.ping', []));
    expect(drive.all('dead')).toEqual([]);
    drive.hear('garbage');
    expect(drive.all('dead')).toMatchObject([{ cause: 'garbage' }]);
  });

  it('shows garbage without control characters, and short', () => {
    const drive = mining();
    drive.hear(`\u001b[2J${'x'.repeat(10_000)}`);
    expect(drive.last('warning').message.length).toBeLessThan(200);
    expect(drive.last('warning').message).not.toContain('\u001b');
  });

  it('goes on mining', () => {
    const drive = mining();
    drive.hear('Invalid JSON, disconnecting', '{"id":', '[]', '{}', notify({ jobId: 'after' }));
    expect(drive.job.id).toBe('after');
  });
});
