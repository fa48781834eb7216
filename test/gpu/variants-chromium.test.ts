/** Every variant of the generated kernel in a real headless Chromium: the self-test passes, on the adapter that was asked for. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionChromium } from '../../scripts/provision-chromium.mjs';
import { testedVariants, variantName } from '../../shaders/variants.ts';
import { provisioned } from '../support/provisioned.ts';
import { startBrowser } from '../web/browser.ts';

const chromium = await provisioned('the kernel variants in Chromium', provisionChromium);

/** WebGPU is for secure contexts: a page of this machine is one. Nothing listens here, the test answers. */
const URL = 'http://localhost/variants';

/** The module that runs the kernels, with all that it imports. */
async function bundle(): Promise<string> {
  const entry = join(import.meta.dirname, '../support/variants-page.mjs');
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2023', lib: { entry, formats: ['es'], fileName: 'variants' } },
  });
  const [result] = [output].flat();
  if (result === undefined || !('output' in result)) throw new Error('expected a bundle, received none');
  return result.output[0].code;
}

describe.skipIf('skip' in chromium)('in Chromium the self-test passes', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await startBrowser('found' in chromium ? chromium.found : '', { gpu: true });
    page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const html = '<!doctype html><title>variants</title>';
    await page.route(URL, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto(URL);
    await page.addScriptTag({ type: 'module', content: await bundle() });
    await page.waitForFunction('globalThis.variants !== undefined');
    expect(await page.evaluate('variants.adapter')).toMatchObject({
      architecture: 'swiftshader',
      software: true,
    });
  }, 120_000);
  afterAll(() => browser?.close());

  it.each(testedVariants().map(variantName))('%s', { timeout: 300_000 }, async (name) => {
    expect(await page.evaluate(`variants.selfTest(${JSON.stringify(name)})`)).toBeNull();
  });
});
