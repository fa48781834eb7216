/** The id of a session: when it is forgotten, whom it is told, and what becomes of the shares that waited for it. */
import { describe, expect, it } from 'vitest';
import { Drive, shareOf } from '../stratum/drive.ts';
import { answer, EASIEST, notify } from '../stratum/pool-lines.ts';

const LOST = { outcome: 'unknown', reason: 'The connection was gone before an answer came.' };

/** A session that mines, every hash a share. */
const mining = () => {
  const drive = new Drive().connect();
  drive.hear(EASIEST, notify());
  return drive;
};

/** Sends the share of a nonce. */
const send = (drive: Drive, nonce: number) => drive.submit(shareOf(drive.job, { nonce }));

describe('a session id that the pool does not answer', () => {
  const FRESH = ['hashgap/test'];
  const RESUMED = ['hashgap/test', 's1'];

  /** Opens a connection that ends before an answer to subscribe. */
  const hangUp = (drive: Drive) => {
    drive.open();
    const { params } = drive.request('mining.subscribe');
    drive.close();
    return params;
  };

  it('is forgotten when the pool hangs up on it twice in a row, with the shares that waited for it', () => {
    const drive = mining();
    const { job } = drive;
    send(drive, 1);
    drive.close();
    drive.submit(shareOf(job, { nonce: 2 }));
    expect(hangUp(drive)).toEqual(RESUMED);
    expect(drive.session.canResume()).toBe(true);
    drive.close(); // a connection that was never opened is no answer
    expect(drive.verdicts()).toEqual([]);
    expect(hangUp(drive)).toEqual(RESUMED);
    expect(drive.session.canResume()).toBe(false);
    expect(drive.verdicts()).toEqual([LOST, LOST]);
    expect(drive.session.stats()).toMatchObject({ shares: 2, unknown: 2, pending: 0 });
    expect(hangUp(drive)).toEqual(FRESH);
    drive.connect({ sessionId: 's2' });
    expect(drive.session.canResume()).toBe(true);
  });

  it('is forgotten when the pool is silent about it twice in a row', () => {
    const drive = mining();
    for (let i = 1; i <= 2; i++) {
      drive.close();
      drive.open();
      expect(drive.request('mining.subscribe').params).toEqual(RESUMED);
      drive.pass(30_000);
      expect(drive.all('dead').map(({ cause }) => cause)).toEqual(Array(i).fill('no-subscription'));
    }
    drive.open(); // without a word that the one before is closed
    expect(drive.request('mining.subscribe').params).toEqual(FRESH);
  });

  it('is kept where the pool answers every other time', () => {
    const drive = mining();
    drive.close();
    for (let i = 0; i < 3; i++) {
      expect(hangUp(drive)).toEqual(RESUMED);
      drive.connect();
      expect(drive.last('subscribed').resumed).toBe(true);
      drive.close();
    }
    expect(drive.session.canResume()).toBe(true);
  });

  it('is not waited for when the pool has refused it and hangs up', () => {
    const drive = mining();
    send(drive, 1);
    drive.close();
    drive.open();
    drive.hear(answer(drive.request('mining.subscribe').id, null, 'unknown session'));
    expect(drive.verdicts()).toEqual([]);
    drive.close();
    expect(drive.verdicts()).toEqual([LOST]);
  });
});

describe('a connection that leads to another host', () => {
  it('gets no session id of the one before, and its shares are unknown', () => {
    const drive = new Drive();
    drive.open('pool.example');
    drive.hear(answer(2, [[['mining.notify', 's1']], '08000002', 4]), answer(3, true), EASIEST, notify());
    send(drive, 1);
    drive.close();
    drive.open('eu.pool.example');
    expect(drive.request('mining.subscribe').params).toEqual(['hashgap/test']);
    expect(drive.verdicts()).toEqual([LOST]);
    drive.hear(answer(drive.request('mining.subscribe').id, [[['mining.notify', 's2']], '08000002', 4]));
    expect(drive.last('subscribed').resumed).toBe(false);
    drive.close();
    drive.open('eu.pool.example');
    expect(drive.request('mining.subscribe').params).toEqual(['hashgap/test', 's2']);
    drive.close();
    drive.open('pool.example');
    expect(drive.request('mining.subscribe').params).toEqual(['hashgap/test']);
  });
});
