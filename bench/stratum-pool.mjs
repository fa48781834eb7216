/** A pool for the Stratum bench, on a thread of its own: sends what it is told to, and stamps when. */
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** Milliseconds of a clock that all threads share. */
const nowMs = () => performance.timeOrigin + performance.now();
const { stamps } = workerData; // when the notify of each job was written, by its number
const BRANCH = Array.from({ length: 12 }, (_, i) => `${(i + 16).toString(16)}`.repeat(32)); // 4,096 transactions
const COINBASE1 = `01000000${'01'}${'00'.repeat(32)}ffffffff${'1c'}0340d10c${'2f706f6f6c2f'}`;
const COINBASE2 = `ffffffff0100f2052a010000001600140102030405060708090a0b0c0d0e0f101112131400000000`;

let socket;
let jobs = 0;
let onSubmit = () => {};

const call = (method, params) => `${JSON.stringify({ id: null, method, params })}\n`;
/** The text around a job's number and time, written once: the pool shall cost little beside what it measures. */
const [HEAD, MIDDLE, TAIL] = call('mining.notify', [
  '#',
  `${'00'.repeat(28)}01020304`,
  ...[COINBASE1, COINBASE2, BRANCH, '20000000', '1705ae3a', '#', '#'],
])
  .replace(/"#"\]/, '~]')
  .split('#');
const notify = (clean) =>
  HEAD + jobs + MIDDLE + (0x65000000 + jobs++).toString(16) + TAIL.replace('~', clean);
const send = (difficulty, clean = true) => {
  const text = (difficulty === undefined ? '' : call('mining.set_difficulty', [difficulty])) + notify(clean);
  stamps[jobs - 1] = nowMs();
  socket.write(text);
};

function answer(line) {
  const { id, method } = JSON.parse(line);
  const result = method === 'mining.subscribe' ? [null, '08000002', 4] : true;
  const configured = { 'version-rolling': true, 'version-rolling.mask': '1fffe000' };
  socket.write(
    `${JSON.stringify({ id, result: method === 'mining.configure' ? configured : result, error: null })}\n`,
  );
  if (method === 'mining.submit') onSubmit();
  if (method === 'mining.authorize') send(1e9);
}

const server = createServer({ noDelay: true }, (connected) => {
  socket = connected;
  let rest = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) answer(line);
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));

const TASKS = {
  /** A job without shares, then one that has them at once, over and over. */
  async switches({ rounds }) {
    for (let i = 0; i < rounds; i++) {
      send(1e9);
      await delay(20 + (i % 13)); // every thread in its stride, at no fixed phase
      const submitted = new Promise((resolve) => {
        onSubmit = resolve;
      });
      send(1e-6); // some 4,000 hashes
      await submitted;
    }
    onSubmit = () => {};
    send(1e9);
  },
  /** One job with shares of this difficulty. */
  async shares({ difficulty, seconds }) {
    send(difficulty);
    await delay(seconds * 1000);
    send(1e9);
  },
  /** So many notifies each second, each a new job. */
  async flood({ perSecond, seconds }) {
    const startMs = nowMs();
    let sent = 0;
    while (sent < perSecond * seconds) {
      const due = Math.min(perSecond * seconds, Math.floor(((nowMs() - startMs) / 1000) * perSecond));
      let text = '';
      for (; sent < due; sent++) text += notify(false);
      if (text !== '' && !socket.write(text)) await new Promise((resolve) => socket.once('drain', resolve));
      await delay(2);
    }
    return { seconds: (nowMs() - startMs) / 1000, sent };
  },
};

parentPort.on('message', async ({ task, ...options }) => {
  parentPort.postMessage({ done: task, ...(await TASKS[task](options)) });
});
