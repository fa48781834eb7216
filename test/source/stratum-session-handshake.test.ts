/** How a session begins: conformance cases of configure, subscribe, authorize, and calls of the pool that want an answer. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bitcoin/hex.ts';
import { createPlanner } from '../../src/work/planner.ts';
import { Drive, searchShare, shareOf } from '../stratum/drive.ts';
import { answer, call, EASIEST, notify } from '../stratum/pool-lines.ts';

const EASY_NETWORK = '207fffff';

describe('the lines of a beginning', () => {
  it('sends configure and subscribe at once, authorize after the answer to subscribe', () => {
    const drive = new Drive({ password: 'secret' });
    expect(drive.open().send).toEqual([
      '{"id":1,"method":"mining.configure","params":[["version-rolling","subscribe-extranonce"],{"version-rolling.mask":"1fffe000","version-rolling.min-bit-count":2}]}',
      '{"id":2,"method":"mining.subscribe","params":["hashgap/test"]}',
    ]);
    expect(drive.hear(answer(1, {})).send).toEqual([]);
    expect(drive.hear(answer(2, [[], '08', 4])).send).toEqual([
      '{"id":3,"method":"mining.authorize","params":["ann.rig","secret"]}',
    ]);
    expect(drive.hear(answer(3, true)).send).toEqual([]);
    expect(drive.events.map(({ type }) => type)).toEqual(['version-rolling', 'subscribed', 'authorized']);
  });

  it('asks for what the options say, wishes last', () => {
    const drive = new Drive({
      minimumDifficulty: 0.5,
      suggestDifficulty: 2,
      suggestTarget: 255n,
      extranonceSubscribe: true,
      info: { softwareVersion: '1' },
    }).connect();
    expect(drive.requests().map(({ method }) => method)).toEqual([
      'mining.configure',
      'mining.subscribe',
      'mining.authorize',
      'mining.extranonce.subscribe',
      'mining.suggest_difficulty',
      'mining.suggest_target',
    ]);
    expect(drive.request('mining.configure').params[0]).toEqual([
      'version-rolling',
      'minimum-difficulty',
      'subscribe-extranonce',
      'info',
    ]);
  });

  it('sends no mining.extranonce.subscribe when configure has granted it', () => {
    const drive = new Drive({ extranonceSubscribe: true });
    drive.open();
    drive.hear(answer(1, { 'subscribe-extranonce': true }), answer(2, [[], '08', 4]), answer(3, true));
    expect(drive.requests()).toHaveLength(3);
  });

  it('sends no configure when there is nothing to ask for', () => {
    expect(new Drive({ versionMask: 0 }).open().send).toHaveLength(1);
  });
});

describe('C1 subscribe result', () => {
  it.each([
    ['pairs', [['mining.notify', 's']]],
    ['one level', ['mining.notify', 's']],
    ['null', null],
  ])('takes subscriptions that are %s', (_, subscriptions) => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [subscriptions, '08000002', 4]), EASIEST, notify());
    expect(drive.last('subscribed')).toMatchObject({
      extranonce1: '08000002',
      extranonce2Bytes: 4,
      resumed: false,
    });
    expect(toHex(drive.job.extranonce1)).toBe('08000002');
    expect(drive.job.extranonce2Bytes).toBe(4);
  });

  it.each([
    ['an error', answer(2, null, [20, 'Go away', null]), 'Go away'],
    ['null', answer(2, null), 'a subscription'],
    ['no extranonce1', answer(2, [[], null, 4]), 'extranonce1'],
  ])('gives up when it is %s', (_, line, reason) => {
    const drive = new Drive();
    drive.open();
    drive.hear(line);
    expect(drive.last('dead')).toMatchObject({
      cause: 'subscribe-refused',
      reason: expect.stringContaining(reason),
    });
  });

  it('gives up when it does not come', () => {
    const drive = new Drive();
    expect(drive.open().deadlineMs).toBe(drive.nowMs + 30_000);
    drive.hear(call('mining.ping', [], 1));
    expect(drive.pass(29_999).events).toEqual([]);
    expect(drive.pass(1).events).toMatchObject([{ type: 'dead', cause: 'no-subscription' }]);
    expect(drive.pass(1).events).toEqual([]);
  });
});

describe('an error that means none', () => {
  it.each([null, false, '', 0, []].map((error) => [JSON.stringify(error)]))(
    '%s: configure, subscribe and authorize count',
    (error) => {
      const drive = new Drive();
      drive.open();
      const granted = { 'version-rolling': true, 'version-rolling.mask': '1fffe000' };
      drive.hear(answer(1, granted, JSON.parse(error)), answer(2, [[], '08', 4], JSON.parse(error)));
      drive.hear(answer(3, true, JSON.parse(error)), notify());
      expect(drive.all('dead')).toEqual([]);
      expect(drive.all('authorized')).toHaveLength(1);
      expect(drive.job.versionMask).toBe(0x1fffe000);
    },
  );

  it('an empty object is an error', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(1, { 'version-rolling': true, 'version-rolling.mask': '1fffe000' }, {}));
    expect(drive.last('version-rolling').mask).toBe(0);
    drive.hear(answer(2, [[], '08', 4], {}));
    expect(drive.last('dead')).toMatchObject({ cause: 'subscribe-refused' });
  });
});

describe('C3 extranonce2 of 8 bytes', () => {
  it('loses no precision where a counter crosses 2^53', () => {
    const drive = new Drive().connect({ size: 8 });
    drive.hear(EASIEST, notify());
    const view = new DataView(new ArrayBuffer(8));
    const sent = [-2n, -1n, 0n, 1n, 2n].map((offset) => {
      view.setBigUint64(0, 2n ** 53n + offset);
      drive.submit(shareOf(drive.job, { extranonce2: new Uint8Array(view.buffer.slice(0)) }));
      return drive.request('mining.submit').params[2];
    });
    expect(sent).toEqual([
      '001ffffffffffffe',
      '001fffffffffffff',
      '0020000000000000',
      '0020000000000001',
      '0020000000000002',
    ]);
  });

  it.each([0, 1, 2, 8, 16, 20])('%d bytes: the planner counts through exactly that many', (size) => {
    const drive = new Drive().connect({ size, mask: null });
    drive.hear(EASIEST, notify());
    const planner = createPlanner(drive.job);
    const first = planner.next(2 ** 32)!;
    const second = planner.next(2 ** 32);
    expect(first.extranonce2).toEqual(new Uint8Array(size));
    // Without extranonce2 there is nothing to go on with: the next job brings new headers.
    expect(second?.extranonce2).toEqual(size === 0 ? undefined : new Uint8Array(size).with(size - 1, 1));
    drive.submit(shareOf(drive.job, { extranonce2: first.extranonce2 }));
    expect(drive.request('mining.submit').params[2]).toBe('00'.repeat(size));
  });
});

describe('C13 configure unsupported', () => {
  it.each([
    ['no reply', undefined],
    ['null and no error', answer(1, null)],
    ['an error array', answer(1, null, [-3, 'Method not found', null])],
    ['an error object', answer(1, null, { code: -3, message: 'Method not found' })],
    ['an error string', answer(1, null, 'unknown method')],
    ['refused', answer(1, { 'version-rolling': false })],
    ['refused in words', answer(1, { 'version-rolling': 'not today' })],
  ])('%s: continues without rolling and without a 6th parameter', (_, line) => {
    const drive = new Drive();
    drive.open();
    if (line !== undefined) drive.hear(line);
    drive.hear(answer(2, [[], '08', 4]), answer(3, true), EASIEST, notify());
    expect(drive.job.versionMask).toBe(0);
    drive.submit(shareOf(drive.job));
    expect(drive.request('mining.submit').params).toHaveLength(5);
  });

  it('sends a 6th parameter with every share once rolling was granted, also when nothing was rolled', () => {
    const drive = new Drive().connect({ mask: '1fffe000' });
    drive.hear(EASIEST, notify());
    drive.submit(shareOf(drive.job));
    drive.submit(shareOf(drive.job, { version: 0x20004000 }));
    expect(drive.submits().map(({ params }) => params[5])).toEqual(['00000000', '00004000']);
  });

  it('takes notify before the answer, and rolls as soon as that comes', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [[], '08', 4]), EASIEST, notify());
    const before = drive.job;
    expect(before.versionMask).toBe(0);
    drive.hear(answer(1, { 'version-rolling': true, 'version-rolling.mask': '1fffe000' }));
    expect(drive.last('job')).toMatchObject({
      again: true,
      job: { versionMask: 0x1fffe000, cleanJobs: false },
    });
    drive.submit(shareOf(before));
    expect(drive.request('mining.submit').params[5]).toBe('00000000');
  });

  it('masks what was granted with what was asked for, and with the bits that the job sets itself', () => {
    const drive = new Drive({ versionMask: 0x00ffe000 }).connect({ mask: 'FFFFFFFF' });
    expect(drive.last('version-rolling').mask).toBe(0x00ffe000);
    drive.hear(EASIEST, notify({ version: '20002000' }));
    expect(drive.job.versionMask).toBe(0x00ffc000);
    drive.submit(shareOf(drive.job, { version: 0x20006000 }));
    expect(drive.request('mining.submit').params[5]).toBe('00006000'); // BIP 310 replaces the whole mask
  });

  it('sends the bits that the job sets itself, also when the mask came after the job', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [[], '08', 4]), EASIEST, notify({ version: '20002000' }));
    const { job } = drive;
    drive.hear(answer(1, { 'version-rolling': true, 'version-rolling.mask': '1fffe000' }));
    drive.submit(shareOf(job));
    expect(drive.request('mining.submit').params[5]).toBe('00002000');
  });

  it('a mask that was set before does not count when configure is refused', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(call('mining.set_version_mask', ['1fffe000']), answer(1, { 'version-rolling': false }));
    expect(drive.last('version-rolling').mask).toBe(0);
    drive.hear(answer(2, [[], '08', 4]), notify());
    expect(drive.job.versionMask).toBe(0);
  });

  it('waits with a mask that comes before the answer (DATUM)', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(call('mining.set_version_mask', ['1fffe000']));
    expect(drive.all('version-rolling')).toEqual([]);
    drive.hear(answer(1, { 'version-rolling': true, 'version-rolling.mask': '1fffe000' }));
    expect(drive.last('version-rolling').mask).toBe(0x1fffe000);
  });
});

describe('C18 mining.ping', () => {
  it('answers with the id of the ping', () => {
    const drive = new Drive().connect();
    expect(drive.hear(call('mining.ping', [], 7)).send).toEqual(['{"id":7,"result":"pong","error":null}']);
    expect(drive.hear(call('mining.ping', [], 'x')).send).toEqual([
      '{"id":"x","result":"pong","error":null}',
    ]);
  });

  it('does not answer a ping without an id', () => {
    const drive = new Drive().connect();
    expect(drive.hear(call('mining.ping', []), '{"method":"mining.ping"}').send).toEqual([]);
  });
});

describe('C19 get_version and show_message', () => {
  it('tells its version', () => {
    const drive = new Drive().connect();
    expect(drive.hear(call('client.get_version', [], 5)).send).toEqual([
      '{"id":5,"result":"hashgap/test","error":null}',
    ]);
    expect(drive.hear(call('client.get_version', [])).send).toEqual([]);
  });

  it('shows a message without what could control a terminal, and answers it when it has an id', () => {
    const drive = new Drive().connect();
    const { send, events } = drive.hear(
      call('client.show_message', ['\u001b[2J\u001b[31mPool moves\r\nto X\u0007'], 9),
      call('client.show_message', ['x'.repeat(5000)]),
      call('client.show_message', []),
    );
    expect(events).toEqual([
      { type: 'message', text: 'Pool moves to X' },
      { type: 'message', text: `${'x'.repeat(297)}...` },
    ]);
    expect(send).toEqual(['{"id":9,"result":true,"error":null}']);
  });

  it('names an unknown method once and does not answer it', () => {
    const drive = new Drive().connect();
    const { send, events } = drive.hear(call('mining.foo', [], 1), call('mining.foo', [], 2));
    expect(send).toEqual([]);
    expect(events).toMatchObject([{ type: 'warning', message: expect.stringContaining('mining.foo') }]);
  });

  it('does not let names of methods fill its memory', () => {
    const drive = new Drive().connect();
    for (let i = 0; i < 1000; i++) drive.hear(call(`m${i}`, []));
    expect(drive.all('warning')).toHaveLength(100);
  });
});

describe('C21 client.reconnect', () => {
  it('is an event; nothing is decided here', () => {
    const drive = new Drive().connect();
    drive.hear(call('client.reconnect', []), call('client.reconnect', ['evil.example', '3333', 5]));
    expect(drive.all('reconnect')).toEqual([
      { type: 'reconnect', host: undefined, port: undefined, waitMs: 0 },
      { type: 'reconnect', host: 'evil.example', port: 3333, waitMs: 5000 },
    ]);
  });
});

describe('C28 authorize', () => {
  it('false after jobs: says so, and sends no more shares', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [[], '08', 4]), EASIEST, notify());
    drive.submit(shareOf(drive.job, { nonce: 1 }));
    const { id } = drive.request('mining.submit');
    drive.hear(answer(drive.request('mining.authorize').id, false, [24, 'Invalid address', null]));
    expect(drive.last('unauthorized')).toEqual({ type: 'unauthorized', reason: 'Invalid address' });
    drive.submit(shareOf(drive.job, { nonce: 2 }));
    expect(drive.submits()).toHaveLength(1);
    expect(drive.verdicts()).toEqual([
      { outcome: 'withheld', reason: 'The pool does not accept this worker.' },
    ]);
    drive.hear(answer(id, true)); // the answer to the share before still counts
    expect(drive.session.stats()).toMatchObject({ shares: 2, accepted: 1, withheld: 1, pending: 0 });
  });

  it('false: a block goes out all the same', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [[], '08', 4]), answer(3, false), notify({ nBits: EASY_NETWORK }));
    drive.submit(searchShare(drive.job, true));
    expect(drive.submits()).toHaveLength(1);
  });

  it('late: shares flow before it, and it is no answer to a share', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [[], '08', 4]), EASIEST, notify());
    drive.submit(shareOf(drive.job));
    drive.hear(answer(drive.request('mining.authorize').id, true));
    expect(drive.all('authorized')).toHaveLength(1);
    expect(drive.session.stats()).toMatchObject({ accepted: 0, pending: 1 });
  });

  it.each([
    ['never answered', undefined],
    ['answered with neither yes nor no', answer(3, null)],
  ])('%s: goes on, and says so once', (_, line) => {
    const drive = new Drive({ suggestDifficulty: 1 });
    drive.open();
    drive.hear(answer(2, [[], '08', 4]), EASIEST, notify());
    if (line !== undefined) drive.hear(line);
    expect(drive.all('warning')).toHaveLength(line === undefined ? 0 : 1);
    drive.pass(30_000);
    drive.pass(30_000);
    expect(drive.all('warning')).toHaveLength(1);
    expect(drive.requests().filter(({ method }) => method === 'mining.suggest_difficulty')).toHaveLength(1);
    drive.submit(shareOf(drive.job));
    expect(drive.submits()).toHaveLength(1);
  });

  it.each([
    ['granted', true, 1],
    ['neither granted nor refused', null, 0],
  ])('%s after it was given up: wishes are not sent again', (_, result, authorized) => {
    const drive = new Drive({ suggestDifficulty: 1 });
    drive.open();
    drive.hear(answer(2, [[], '08', 4]));
    drive.pass(30_000);
    expect(drive.sent).toHaveLength(4);
    drive.hear(answer(3, result));
    expect(drive.sent).toHaveLength(4);
    expect(drive.all('authorized')).toHaveLength(authorized);
  });

  it('an answer that belongs to the connection before is none', () => {
    const drive = new Drive();
    drive.open();
    drive.hear(answer(2, [[], '08', 4]));
    drive.close();
    drive.open();
    drive.hear(answer(3, false));
    expect(drive.all('unauthorized')).toEqual([]);
  });

  it('forgotten by the pool: gives up the connection after three such rejections in a row', () => {
    const drive = new Drive().connect();
    drive.hear(EASIEST, notify());
    for (let nonce = 0; nonce < 6; nonce++) {
      drive.submit(shareOf(drive.job, { nonce }));
      const { id } = drive.request('mining.submit');
      drive.hear(nonce === 2 ? answer(id, true) : answer(id, null, [24, 'Unauthorized worker', null]));
      expect(drive.all('dead')).toHaveLength(nonce === 5 ? 1 : 0);
    }
    expect(drive.last('dead').cause).toBe('unauthorized');
  });
});
