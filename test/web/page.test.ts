/** The browser lab in a real headless Chromium, on its software adapter and without one. */
import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { provisionChromium } from '../../scripts/provision-chromium.mjs';
import { type LabServer, startLabServer } from '../../src/web/server.ts';
import { provisioned } from '../support/provisioned.ts';
import {
  changeWorker,
  endGpuProcess,
  faintTexts,
  type LabPage,
  OTHER_MACHINE,
  openLab,
  picture,
  startBrowser,
} from './browser.ts';

const chromium = await provisioned('the browser lab in Chromium', provisionChromium);
const GENESIS_HASH = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f';
const GENESIS_HEADER = Buffer.from(
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
  'hex',
);

/** Before the worker's own script: a browser that refuses an adapter as Firefox does, and one that is older than `info`. */
const REFUSING = `navigator.gpu.requestAdapter = async () => {
  throw new DOMException('WebGPU is disabled by blocklist.', 'NotSupportedError');
};`;
const WITHOUT_INFO = `const requestAdapter = navigator.gpu.requestAdapter.bind(navigator.gpu);
navigator.gpu.requestAdapter = async (options) => {
  const adapter = await requestAdapter(options);
  for (const [name, value] of [['info', undefined], ['isFallbackAdapter', true]])
    Object.defineProperty(adapter, name, { value, configurable: true });
  return adapter;
};`;

/** In the place of the worker: a GPU whose kernel does 4 versions at a time 4 times as fast as 1, and a search of 2^20 nonces a second. */
const FAST_AT_VERSIONS = `addEventListener('message', ({ data: { type, id, name, order } }) => {
  if (type !== 'call') return;
  const results = {
    open: { adapter: { name: 'fast', vendor: '', architecture: '', software: false } },
    tune: { kernel: 'k4', versions: 4 },
    measure: { hashes: order?.versions === 1 ? 2 ** 20 : 2 ** 22, seconds: 1 },
  };
  postMessage({ type: 'result', id, result: results[name] });
});`;

/** Nonces whose block hash begins with that many zero bits, by OpenSSL. */
function noncesByNode(zeroBits: number, nonceStart: number, nonceCount: number): number[] {
  const header = Buffer.from(GENESIS_HEADER);
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  return Array.from({ length: nonceCount }, (_, i) => nonceStart + i).filter((nonce) => {
    header.writeUInt32LE(nonce, 76);
    const top = sha256(sha256(header)).readUInt32LE(28);
    return top >>> (32 - zeroBits) === 0;
  });
}

describe.skipIf('skip' in chromium)('the browser lab', { timeout: 180_000 }, () => {
  const executable = 'found' in chromium ? chromium.found : '';
  let server: LabServer;
  beforeAll(async () => {
    server = await startLabServer();
  });
  afterAll(() => server.close());

  describe('on the software adapter', () => {
    let browser: Browser;
    let lab: LabPage;
    beforeAll(async () => {
      browser = await startBrowser(executable, { gpu: true });
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        colorScheme: 'light',
      });
      lab = await openLab(context, server.url);
    });
    afterAll(() => browser.close());

    it('says which adapter the browser offers', async () => {
      expect(await lab.page.evaluate('hashgap.adapter()')).toMatchObject({
        vendor: 'google',
        architecture: 'swiftshader',
        software: true,
      });
      expect(await lab.page.locator('#adapter-name').textContent()).toBe('google swiftshader');
      expect(await lab.page.locator('#adapter-note').textContent()).toContain('A software adapter');
    });

    it('finds the nonce of the first block and shows its hash', async () => {
      const { page } = lab;
      await page.getByRole('button', { name: 'Find the nonce' }).click();
      await page.locator('#checks li').nth(2).waitFor();
      expect(await page.locator('#find-status').textContent()).toMatch(/^Found: nonce 2,083,236,893, in /);
      expect(await page.locator('#hash').textContent()).toBe(GENESIS_HASH);
      expect(await page.locator('#hash .zeros').textContent()).toBe('0000000000');
      expect(await page.locator('#nonce-row').textContent()).toBe('nonce1dac2b7c2,083,236,893');
      expect(await page.locator('#checks .right').count()).toBe(3);
    });

    it.each(['gpu', 'plain'])('finds exactly the hits that OpenSSL finds, with %s', async (engine) => {
      const window = { zeroBits: 8, nonceStart: 0xfffeff00, nonceCount: engine === 'gpu' ? 65_536 : 20_000 };
      const result = await lab.page.evaluate(`hashgap.scan(${JSON.stringify({ ...window, engine })})`);
      expect(result).toEqual({
        engine,
        nonces: noncesByNode(8, window.nonceStart, window.nonceCount),
        noncesScanned: window.nonceCount,
        seconds: expect.any(Number),
      });
    });

    it('hashes for the console, and refuses what is no header, no nonce, no window', async () => {
      const { page } = lab;
      expect(await page.evaluate('hashgap.hash(hashgap.header(2083236893))')).toBe(GENESIS_HASH);
      await expect(page.evaluate('hashgap.hash("00")')).rejects.toThrow(
        'Expected a header of 160 hex digits, received "00"',
      );
      await expect(page.evaluate('hashgap.scan({ nonceStart: 2 ** 32 })')).rejects.toThrow(
        'Expected nonceStart to be a whole number from 0 to 4294967295, received 4294967296.',
      );
      await expect(
        page.evaluate('hashgap.scan({ nonceStart: 2 ** 31, nonceCount: 2 ** 32 })'),
      ).rejects.toThrow(/Expected nonceCount .* to 2147483648/);
      await expect(page.evaluate('hashgap.scan({ zeroBits: 256 })')).rejects.toThrow(/zeroBits .* 1 to 255/);
    });

    it('measures the GPU and plain JavaScript, and shows how far an S21 is', async () => {
      const { page } = lab;
      await page.getByRole('button', { name: 'Measure' }).click();
      await page.locator('#measure-status', { hasText: 'Measured.' }).waitFor();
      for (const id of ['gpu-rate', 'plain-rate'])
        expect(await page.locator(`#${id}`).textContent()).toMatch(/^[1-9][\d.]* [kM]H\/s$/);
      expect(await page.locator('#gap').textContent()).toMatch(
        /An Antminer S21 \(200T\) is [\d.]+ [mb]illion times faster\. What it does in one second takes this browser [\d.]+ (days|years)\./,
      );
      expect(await page.locator('#ladder li').allTextContents()).toEqual([
        expect.stringContaining('This browser'),
        expect.stringContaining('This browser'),
        expect.stringMatching(/^Bitaxe Gamma.*1\.07 TH\/s$/),
        expect.stringMatching(/^Antminer S21.*200 TH\/s$/),
      ]);
      expect(await page.locator('#scale-note').textContent()).toMatch(/would be \d+ km long\.$/);
    });

    it('has names for its controls, and one order of headings', async () => {
      const { page } = lab;
      const tree = await page.locator('body').ariaSnapshot();
      expect(tree).toMatch(/heading "Mining in your browser" \[level=1\]/);
      expect(tree.match(/heading .* \[level=2\]/g)).toHaveLength(4);
      for (const control of tree.match(/^.*- (button|slider|progressbar).*$/gm)!)
        expect(control).toMatch(/(button|slider|progressbar) "/);
      expect(tree).toContain('list "Hashrates, slowest first"');
    });

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 390],
    ] as const)('can be read in %s, %d pixels wide', async (colorScheme, width) => {
      const { page } = lab;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await faintTexts(page)).toEqual([]);
      await picture(page, `${colorScheme}-${width}`);
    });

    it('stops when asked to', async () => {
      const { page } = lab;
      await page.getByRole('slider', { name: 'Search a window of' }).press('End');
      expect(await page.locator('#window-size').textContent()).toBe('all 4,294,967,296 nonces');
      await page.getByRole('button', { name: 'Find the nonce' }).click();
      await page.locator('#hash-title', { hasText: 'too large' }).waitFor();
      expect(await page.getByRole('button', { name: 'Measure' }).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.locator('#find-status', { hasText: /^Stopped after [\d,]+ nonces\.$/ }).waitFor();
      expect(await page.getByRole('button', { name: 'Measure' }).isEnabled()).toBe(true);
    });

    it('logs no error and loads nothing from anywhere else', () => {
      expect(lab.errors).toEqual([]);
      expect(lab.requests.length).toBeGreaterThan(3);
      expect(lab.requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
    });

    it('says when the GPU is gone, and starts again', async () => {
      const { page } = lab;
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.getByRole('button', { name: 'Find the nonce' }).click();
      await endGpuProcess(browser);
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('The GPU is gone');
      await picture(page, 'lost').catch(() => {}); // for people only: without its GPU process Chromium may have nothing to draw with yet
      await page.getByRole('button', { name: 'Start again' }).click();
      await page.locator('#find:enabled').waitFor();
      expect(await page.locator('#adapter-name').textContent()).toBe('google swiftshader');
      await page.getByRole('slider').fill('16');
      await page.getByRole('button', { name: 'Find the nonce' }).click();
      await page.locator('#find-status', { hasText: 'Found: nonce 2,083,236,893' }).waitFor();
    });
  });

  describe('in other browsers', () => {
    let browser: Browser;
    let lab: LabPage;
    /** The lab in a context whose worker has another script. */
    const labWith = async (change: (script: string) => string) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      await changeWorker(context, change);
      lab = await openLab(context, server.url);
      return lab.page;
    };
    beforeAll(async () => {
      browser = await startBrowser(executable, { gpu: true });
    });
    afterEach(async () => {
      expect(lab.errors).toEqual([]);
      await lab.page.context().close();
    });
    afterAll(() => browser.close());

    it('says why a browser refuses its GPU, and searches in plain JavaScript', async () => {
      const page = await labWith((script) => REFUSING + script);
      expect(await page.locator('#adapter-name').textContent()).toBe('This browser offers no GPU');
      expect(await page.locator('#adapter-note').textContent()).toContain('WebGPU is disabled by blocklist.');
      expect(await page.locator('#adapter-help').textContent()).toContain('dom.webgpu.enabled');
      expect(await page.getByRole('button', { name: 'Measure' }).isEnabled()).toBe(true);
      await page.getByRole('slider').press('Home');
      await page.getByRole('button', { name: 'Find the nonce' }).click();
      await page.locator('#checks li').nth(2).waitFor();
      expect(await page.locator('#hash').textContent()).toBe(GENESIS_HASH);
    });

    it('uses a GPU that says nothing about itself', async () => {
      const page = await labWith((script) => WITHOUT_INFO + script);
      expect(await page.locator('#adapter-name').textContent()).toBe('unnamed GPU');
      await page.getByRole('slider').press('Home');
      await page.getByRole('button', { name: 'Find the nonce' }).click();
      await page.locator('#checks li').nth(2).waitFor();
      expect(await page.evaluate('hashgap.scan({ nonceCount: 100 })')).toMatchObject({ engine: 'gpu' });
    });

    it('says how long a search of one header takes, not what the kernel for several would make of it', async () => {
      const page = await labWith(() => FAST_AT_VERSIONS);
      expect(await page.locator('#window-size').textContent()).toBe('268,435,456 nonces');
      await page.getByRole('button', { name: 'Measure' }).click();
      await page.locator('#measure-status', { hasText: 'Measured.' }).waitFor();
      expect(await page.locator('#gpu-rate').textContent()).toBe('4.19 MH/s');
      expect(await page.locator('#window-time').textContent()).toBe(', about 4.27 minutes here');
    });
  });

  describe('without an adapter', () => {
    let browser: Browser;
    let lab: LabPage;
    beforeAll(async () => {
      browser = await startBrowser(executable, { gpu: false });
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      lab = await openLab(context, server.url);
    });
    afterAll(() => browser.close());

    it('says so, and what to do', async () => {
      const { page } = lab;
      expect(await page.locator('#adapter-name').textContent()).toBe('This browser offers no GPU');
      const help = await page.locator('#adapter-help').textContent();
      for (const advice of ['chrome://flags/#enable-unsafe-webgpu', 'dom.webgpu.enabled', 'plain JavaScript'])
        expect(help).toContain(advice);
      await picture(page, 'without-adapter');
    });

    it('says that a page from another machine gets none', async () => {
      const url = server.url.replace('127.0.0.1', OTHER_MACHINE);
      const { page } = await openLab(browser.contexts()[0]!, url);
      expect(await page.locator('#adapter-note').textContent()).toContain('this page came over the network');
      expect(await page.locator('#adapter-help').textContent()).toContain('npx hashgap lab');
      await page.close();
    });

    it('searches and measures in plain JavaScript', async () => {
      const { page } = lab;
      await page.getByRole('slider').press('Home');
      await page.getByRole('button', { name: 'Find the nonce' }).click();
      await page.locator('#checks li').nth(2).waitFor();
      expect(await page.locator('#hash').textContent()).toBe(GENESIS_HASH);
      await page.getByRole('button', { name: 'Measure' }).click();
      await page.locator('#measure-status', { hasText: 'Measured.' }).waitFor();
      expect(await page.locator('#gpu-rate').textContent()).toBe('none');
      expect(await page.locator('#ladder li').count()).toBe(3);
      expect(lab.errors).toEqual([]);
    });
  });
});
