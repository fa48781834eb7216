/** The native threads at the end of a process, a worker or a pool: whole child processes, so that a crash is seen. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { addonFiles } from '../../src/engine/native/binding.ts';

const [addon] = addonFiles();

/** Runs a script with `addon`, `kernel` and `endless(pool, callback)`, which starts a scan that nothing but a cancel ends. */
function run(script: string) {
  const prelude = `
    const path = ${JSON.stringify(addon)};
    const addon = require(path);
    const kernel = addon.kernels().find(({ supported }) => supported).name;
    const endless = (pool, callback) =>
      pool.scan(new Uint32Array(8), new Uint32Array(3), new Uint32Array(8), 0, 2 ** 32, callback);`;
  return runBare(prelude + script);
}

function runBare(script: string) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, signal, stdout: stdout.trim(), stderr };
}

const ENDED_WELL = { status: 0, signal: null, stderr: '' };

describe('a process', () => {
  it('ends by itself with an idle pool', () => {
    expect(run(`globalThis.pool = new addon.Pool(kernel, 4);`)).toMatchObject(ENDED_WELL);
  });

  it('stays for a pending scan, and ends after it', () => {
    const result = run(`
      const pool = new addon.Pool(kernel, 1);
      endless(pool, (scanned) => console.log('called', scanned < 2 ** 32));
      setTimeout(() => pool.cancel(1), 50);`);
    expect(result).toMatchObject({ ...ENDED_WELL, stdout: 'called true' });
  });

  it('stays until the callbacks of a closed pool have come', () => {
    const result = run(`
      const pool = new addon.Pool(kernel, 2);
      let called = 0;
      for (let i = 0; i < 5; i++) endless(pool, () => called++);
      pool.close();
      pool.close();
      pool.cancel(1);
      console.log(called);
      process.on('exit', () => console.log(called));`);
    expect(result).toMatchObject({ ...ENDED_WELL, stdout: '0\n5' });
  });

  it('collects an idle pool nobody holds, threads and all', () => {
    const result = run(`
      require('v8').setFlagsFromString('--expose-gc');
      const collect = require('vm').runInNewContext('gc');
      const threads = () => require('fs').readdirSync('/proc/self/task').length;
      const before = threads();
      for (let i = 0; i < 20; i++) new addon.Pool(kernel, 2);
      const most = threads();
      setTimeout(collect, 10);
      setTimeout(() => console.log(most - before, threads() - before), 300);`);
    expect(result).toMatchObject(ENDED_WELL);
    if (process.platform === 'linux') expect(result.stdout).toBe('40 0');
  });

  it.each([
    ['process.exit', 'process.exit(7)', 7],
    ['an uncaught error', "throw new Error('on purpose')", 1],
    ['an error in a callback', "pool.cancel(endless(pool, () => { throw new Error('on purpose'); }))", 1],
  ])('ends at once by %s with scans in flight', (_, end, status) => {
    for (let i = 0; i < 10; i++) {
      const result = run(`
        const pool = new addon.Pool(kernel, 3);
        for (let i = 0; i < 5; i++) endless(pool, () => {});
        setTimeout(() => { ${end} }, ${i * 3});`);
      expect(result).toMatchObject({ status, signal: null });
    }
  });
});

describe('a measurement of ten minutes', () => {
  // A triad ends after 1000 passes: over arrays of 64 MiB they take seconds.
  const measure = (what: string) => `addon.measure('${what}', 2, 600, 2 ** 26, () => console.log('called'))`;

  it.each(['triad', 'fp32'])('of %s ends with its process', (what) => {
    const startedMs = performance.now();
    const result = run(`${measure(what)}; setTimeout(() => process.exit(7), 100);`);
    expect(result).toMatchObject({ status: 7, signal: null, stdout: '' });
    expect(performance.now() - startedMs).toBeLessThan(30_000); // and not after ten minutes
  });

  it.each(['triad', 'fp32'])('of %s ends with its worker', (what) => {
    const result = runBare(`
      const { Worker } = require('node:worker_threads');
      const script = \`const addon = require(${JSON.stringify(addon)}); ${measure(what)}; setTimeout(() => {}, 1e6);\`;
      const worker = new Worker(script, { eval: true });
      setTimeout(async () => console.log(await worker.terminate()), 300);`);
    expect(result).toMatchObject({ ...ENDED_WELL, stdout: '1' });
  });

  it('keeps its process until it is cancelled, and its error is one of the process', () => {
    const cancelled = run(`const cancel = ${measure('fp32')}; setTimeout(cancel, 50);`);
    expect(cancelled).toMatchObject({ ...ENDED_WELL, stdout: 'called' });
    const thrown = run(`addon.measure('fp32', 1, 0.01, 0, () => { throw new Error('on purpose'); });`);
    expect(thrown).toMatchObject({ status: 1, signal: null });
    expect(thrown.stderr).toContain('on purpose');
  });
});

describe('50 worker threads', () => {
  const fleet = (worker: string) => `
    const { Worker } = require('node:worker_threads');
    const script = ${JSON.stringify(worker)};
    const start = (i) => new Promise((resolve, reject) => {
      const worker = new Worker(script, { eval: true, workerData: { path: ${JSON.stringify(addon)}, i } });
      worker.on('error', reject).on('exit', resolve);
      if (i % 2 === 0) worker.on('message', () => setTimeout(() => worker.terminate(), i % 7));
    });
    (async () => {
      for (let batch = 0; batch < 5; batch++) {
        await Promise.all(Array.from({ length: 10 }, (_, i) => start(10 * batch + i)));
      }
      console.log('done');
    })();`;
  const worker = `
    const { workerData: { path, i }, parentPort } = require('node:worker_threads');
    const addon = require(path);
    const kernel = addon.kernels()[i % 2].supported ? addon.kernels()[i % 2].name : 'scalar';
    const pool = new addon.Pool(kernel, 2);
    const endless = () => pool.scan(new Uint32Array(8), new Uint32Array(3), new Uint32Array(8), 0, 2 ** 32, () => {});
    for (let n = 0; n < 4; n++) endless();
    parentPort.postMessage('scanning');
    if (i % 2 === 1) setTimeout(() => (i % 4 === 1 ? process.exit() : pool.close()), i % 7);`;

  it('load, scan and end, some terminated, some by themselves, where only workers load the addon', () => {
    expect(runBare(fleet(worker))).toMatchObject({ ...ENDED_WELL, stdout: 'done' });
  });

  it('do so while the main thread scans', () => {
    const result = run(`
      const pool = new addon.Pool(kernel, 2);
      endless(pool, () => console.log('main'));
      ${fleet(worker).replace("console.log('done')", "console.log('done'); pool.close()")}`);
    expect(result).toMatchObject({ ...ENDED_WELL, stdout: 'done\nmain' });
  });

  it('are taken down by a process.exit of the main thread', () => {
    for (const ms of [60, 100, 130, 170, 250]) {
      const result = runBare(`${fleet(worker)} setTimeout(() => process.exit(3), ${ms});`);
      expect(result).toMatchObject({ status: 3, signal: null });
    }
  });
});
