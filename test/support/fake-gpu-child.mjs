/** A child that speaks the GPU engine's protocol without a GPU, and that dies, lies or hangs where its environment tells it to. */
import { appendFileSync, readFileSync } from 'node:fs';

// The file that imports this one has put here what to do at each start, the last one again and again, and where to note what happened.
const { starts, log } = globalThis.fakeGpu;
const note = (line) => appendFileSync(log, `${JSON.stringify(line)}\n`);
const start = readFileSync(log, 'utf8')
  .split('\n')
  .filter((line) => line.includes('"start"')).length;
const script = starts[Math.min(start, starts.length - 1)];
note({ start, pid: process.pid });

const die = () => process.kill(process.pid, 'SIGKILL');
const send = (message, after) => process.send(message, undefined, undefined, after ?? (() => {}));
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {});

/** Scans that wait for an abort, since their script says that they hang. */
const hanging = new Map();
let scans = 0;

function scan({ id, request }) {
  const number = scans++;
  if (number === script.dieBefore) return die();
  if (number === 0 && script.mismatch !== undefined) send({ type: 'mismatch', kernel: script.mismatch });
  if (script.hang || script.deaf) {
    hanging.set(id, request);
    if (script.deaf && hanging.size === 1) send({ type: 'kernel', name: 'deaf', midstates: 1, others: [] });
    return undefined;
  }
  // A hit in the middle of every third scan ends it early, as with a real engine.
  const half = request.nonceCount > 1 && number % 3 === 2;
  const noncesScanned = half ? request.nonceCount >> 1 || 1 : request.nonceCount;
  const hits = half ? [{ nonce: request.nonceStart + noncesScanned - 1, versionIndex: 0 }] : [];
  const usage = { cpuSeconds: (number + 1) / 8, gpuSeconds: (number + 1) / 4 };
  // Dying first and answering never: or else it could be both.
  send(
    { type: 'scanned', id, result: { noncesScanned, hits }, usage },
    number === script.dieAfter ? die : undefined,
  );
  return undefined;
}

/** One after the other, until one of them crashes the driver or hangs in it. */
function describe([asked, ...rest], index = 0) {
  if (asked === undefined) return process.exit();
  const known = script.adapters.find(({ name }) => name === asked.name);
  if (known.crashes) return die();
  if (known.hangs) return setInterval(() => {}, 1e6);
  return send({ type: 'described', index, info: known.info }, () => describe(rest, index + 1));
}

process.on('message', (message) => {
  if (message.type === 'list') {
    if (script.dieListing) return die();
    process.stderr.write(script.said ?? '');
    const adapters = (script.adapters ?? []).map(({ backend, name }) => ({ backend, name }));
    return send({ type: 'listed', adapters, webgpu: '0.0.0' }, () => process.exit());
  }
  if (message.type === 'describe') {
    note({ asked: message.adapters.map(({ name }) => name) });
    return describe(message.adapters);
  }
  if (message.type === 'open') {
    note({ opened: message });
    if (script.dieAtOpen) return die();
    if (script.cannot) return send({ type: 'cannot', error: script.cannot }, () => process.exit());
    const others = (script.others ?? []).map((name) => ({ name, midstates: 1 }));
    send({ type: 'kernel', name: message.kernels[0], midstates: script.midstates ?? 2, others });
    const known = script.adapters?.find(({ name }) => name === message.adapter.name)?.info;
    const texts = { name: 'fake', vendor: 'fake', architecture: '', device: 'fake', description: 'fake 1' };
    const info = known ?? { ...texts, software: false, family: 'other' };
    send({ type: 'opened', info, parallelism: 2 });
    if (script.lose) send({ type: 'lost', reason: script.lose }, () => process.exit(1));
  }
  if (message.type === 'scan') return scan(message);
  if (message.type === 'abort' && hanging.has(message.id) && !script.deaf) {
    send({
      type: 'scanned',
      id: message.id,
      result: { noncesScanned: 7, hits: [] },
      usage: { cpuSeconds: 1 },
    });
  }
  if (message.type === 'tune') {
    note({ tune: message.kernels });
    const rows = [...(script.inUse ?? ['readable']), ...message.kernels];
    for (const [index, kernel] of [...new Set(rows)].entries()) {
      if (index === script.dieBetween) return die();
      const dies = kernel === script.dieTuning;
      send({ type: 'trying', kernel }, dies ? die : undefined);
      if (dies) return undefined;
      const rate = { hashesPerSecond: script.rates?.[kernel] ?? 1 };
      const wrong = script.wrong === kernel;
      const row = {
        kernel,
        midstates: 1,
        workgroupSize: 64,
        noncesPerInvocation: 1,
        status: wrong ? 'wrong' : 'right',
      };
      send({ type: 'row', row: wrong ? { ...row, failure: 'a lie' } : { ...row, ...rate, compileMs: 1 } });
    }
    const rateOf = (kernel) => (kernel === script.wrong ? 0 : (script.rates?.[kernel] ?? 1));
    const best = rows.reduce((a, b) => (rateOf(b) > rateOf(a) ? b : a));
    send({ type: 'kernel', name: best, midstates: script.midstates ?? 2, others: [] });
    send({ type: 'tuned' });
  }
  if (message.type === 'close') process.exit();
  return undefined;
});
