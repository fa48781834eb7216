/** The Chromium that the tests lean on: it is found without a download where it can be, shows text, and has WebGPU. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { provisionChromium } from '../../scripts/provision-chromium.mjs';
import { provisioned } from '../support/provisioned.ts';

const found = await provisioned('a real browser', provisionChromium);
const title = 'skip' in found ? `a real Chromium (skipped: ${found.skip})` : 'a real Chromium';

describe('where a Chromium is looked for', () => {
  let dir: string;

  /** A file that can be executed, as far as anybody sees who does not. */
  const executable = async (path: string): Promise<string> => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), '#!/bin/sh\n', { mode: 0o755 });
    return join(dir, path);
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hashgap-chromium-'));
    vi.stubEnv('CHROMIUM', '');
    vi.stubEnv('PATH', join(dir, 'bin')); // and so no apt-get either
    vi.stubEnv('XDG_CACHE_HOME', join(dir, 'cache'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true, force: true });
  });

  it('takes the named one before the one on PATH, and that before the newest in the cache', async () => {
    const cached = await executable(`cache/hashgap/chromium/156.0.1-${process.arch}/chromium`);
    await executable(`cache/hashgap/chromium/99.0.1-${process.arch}/chromium`);
    await executable('cache/hashgap/chromium/.building-x/chromium');
    const log = vi.fn();
    expect(await provisionChromium({ log })).toBe(cached);
    const onPath = await executable('bin/google-chrome');
    expect(await provisionChromium({ log })).toBe(onPath);
    const named = await executable('named');
    vi.stubEnv('CHROMIUM', named);
    expect(await provisionChromium({ log })).toBe(named);
    expect(log).not.toHaveBeenCalled();
  });

  it('says what to do when the named one cannot be executed', async () => {
    vi.stubEnv('CHROMIUM', '/nonexistent/chromium');
    await expect(provisionChromium()).rejects.toThrow(
      'Expected CHROMIUM to name an executable file, received "/nonexistent/chromium"; correct it or unset it.',
    );
  });

  it('says what to do where there is neither a Chromium nor apt', async () => {
    await expect(provisionChromium()).rejects.toThrow(
      "Expected a headless Chromium, but without apt-get, Debian's cannot be unpacked; install chromium and fonts-dejavu-core.",
    );
  });
});

const ADAPTER = `navigator.gpu.requestAdapter().then(async (adapter) => {
  const device = await adapter.requestDevice();
  device.destroy();
  return adapter.info.vendor + ' ' + adapter.info.architecture;
})`;

describe.skipIf('skip' in found)(title, () => {
  it('shows text in the shapes of a font, and runs WebGPU on SwiftShader', async () => {
    const executablePath = 'found' in found ? found.found : '';
    const args = [
      '--headless=new',
      '--no-sandbox',
      '--disable-background-networking',
      '--enable-unsafe-webgpu',
    ];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const page = await browser.newPage();
      // WebGPU is for secure contexts; an address that is answered here is one without a server.
      const body = '<b>WW</b><i>ll</i>';
      await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body }));
      await page.goto('http://127.0.0.1/');
      const widths = "['b', 'i'].map((name) => document.querySelector(name).offsetWidth)";
      const [wide, narrow] = await page.evaluate<number[]>(widths);
      expect(narrow).toBeGreaterThan(0);
      expect(wide).toBeGreaterThan(narrow!);
      expect(await page.evaluate(ADAPTER)).toBe('google swiftshader');
    } finally {
      await browser.close();
    }
  });
});
