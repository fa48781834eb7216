/** The page in a real headless Chromium: quiet, complete, legible and accessible, in light, dark, on a phone and on paper. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionChromium } from '../../../scripts/provision-chromium.mjs';
import { htmlReport } from '../../../src/report/document/html.ts';
import { provisioned } from '../../support/provisioned.ts';
import { faintTexts, startBrowser } from '../../web/browser.ts';
import { sampleReport } from './sample.ts';

/** The pictures of the last run, for people to look at; git does not have them. */
const ARTIFACTS = join(import.meta.dirname, '../../../artifacts/report');
const CHARTS = [
  'speed',
  'energy',
  'shares',
  'block-odds',
  'region-costs',
  'pools-over-time',
  'edge-contrast',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const chromium = await provisioned('the report in Chromium', provisionChromium);

interface OpenPage {
  readonly page: Page;
  readonly errors: string[];
  readonly requests: string[];
}

describe.skipIf('skip' in chromium)('the page', () => {
  const file = join(ARTIFACTS, 'report.html');
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(ARTIFACTS, { recursive: true });
    writeFileSync(file, htmlReport(sampleReport()));
    browser = await startBrowser('found' in chromium ? chromium.found : '', { gpu: false });
  });
  afterAll(() => browser?.close());

  async function open(
    colorScheme: 'light' | 'dark',
    width: number,
    options: { readonly javaScriptEnabled?: boolean } = {},
  ): Promise<OpenPage> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, ...options });
    const page = await context.newPage();
    const errors: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, errors, requests };
  }

  const picture = (page: Page, name: string) =>
    page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage: true });

  it.each([
    ['light', 'light', 1280],
    ['dark', 'dark', 1280],
    ['phone', 'light', 390],
    ['phone-dark', 'dark', 390],
    ['projector', 'light', 1920],
  ] as const)(
    '%s: loads nothing, says nothing on the console, fits, and has no faint text',
    async (name, scheme, width) => {
      const { page, errors, requests } = await open(scheme, width);
      expect(requests).toEqual([pathToFileURL(file).href]);
      expect(errors).toEqual([]);
      await picture(page, name);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await faintTexts(page)).toEqual([]);
      expect(await page.evaluate(FAINT_IN_CHARTS)).toEqual([]);
      await page.evaluate(
        "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
      );
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(await faintTexts(page)).toEqual([]);
      await picture(page, `${name}-open`);
      await page.context().close();
    },
  );

  it.each([1280, 390])(
    'draws every chart at a width of %i, with text that is large enough and stays inside',
    async (width) => {
      const { page } = await open('light', width);
      const charts = (await page.evaluate(CHARTS_SHOWN)) as ShownChart[];
      expect(charts).toHaveLength(CHARTS.length);
      for (const { label, shapes, smallestText, outside } of charts) {
        expect(shapes, label).toBeGreaterThan(6);
        expect(smallestText, label).toBeGreaterThanOrEqual(11);
        expect(outside, label).toEqual([]);
      }
      await page.context().close();
    },
  );

  it.each(['light', 'dark'] as const)('passes axe in %s, unfolded', async (scheme) => {
    const { page } = await open(scheme, 1280);
    await page.evaluate(
      "document.querySelectorAll('details').forEach((details) => { details.open = true; })",
    );
    await page.evaluate(AXE);
    const found = (await page.evaluate('axe.run()')) as AxeResult;
    expect(
      found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]),
    ).toEqual([]);
    expect(found.passes.length).toBeGreaterThan(15);
    await page.context().close();
  });

  it('has a language, landmarks, one h1, headings in order, and names for charts and sections', async () => {
    const { page } = await open('light', 1280);
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    for (const role of ['banner', 'main', 'contentinfo', 'navigation'] as const)
      expect(await page.getByRole(role).count(), role).toBe(1);
    const levels = (await page.evaluate(
      "[...document.querySelectorAll('h1,h2,h3,h4')].map(({ tagName }) => Number(tagName[1]))",
    )) as number[];
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    expect(await page.getByRole('img').count()).toBe(CHARTS.length);
    for (const chart of await page.getByRole('img').all())
      expect(await chart.getAttribute('aria-label')).toMatch(/chart|curves|bars/i);
    expect(await page.locator('figure details table').count()).toBe(CHARTS.length);
    await page.context().close();
  });

  it('is complete without scripts, and every link inside it leads somewhere', async () => {
    const { page } = await open('light', 1280, { javaScriptEnabled: false });
    const html = readFileSync(file, 'utf8');
    expect(html.match(/<script|\son\w+=|<link|<img|url\((?!#)|@import/gi)).toBeNull();
    const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.has(id))).toEqual([]);
    expect(ids.size).toBe([...html.matchAll(/\sid="/g)].length);
    expect(await page.getByRole('heading', { level: 2 }).count()).toBe(8);
    await page.context().close();
  });

  it('prints with the tables unfolded, in light colours', async () => {
    const { page } = await open('dark', 794);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(
      await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--text').trim()"),
    ).toBe('#1c1a17');
    await picture(page, 'print');
    const pdf = await page.pdf({ path: join(ARTIFACTS, 'report.pdf'), format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(await page.locator('figure details table').first().isVisible()).toBe(true);
    await page.context().close();
  });
});

interface AxeResult {
  readonly violations: { id: string; nodes: { html: string }[] }[];
  readonly passes: unknown[];
}

interface ShownChart {
  readonly label: string;
  readonly shapes: number;
  readonly smallestText: number;
  readonly outside: string[];
}

/** Runs in the page, for whose objects the tests have no types. */
const CHARTS_SHOWN = `[...document.querySelectorAll('figure svg[role=img]')].filter((svg) => svg.checkVisibility()).map((svg) => {
  const box = svg.getBoundingClientRect();
  const scale = box.width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll('text')];
  return {
    label: svg.getAttribute('aria-label'),
    shapes: [...svg.querySelectorAll('path')].filter((path) => path.getTotalLength() > 5).length,
    smallestText: Math.min(...texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * scale)),
    outside: texts.filter((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      return left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
    }).map((text) => text.textContent),
  };
})`;

/** Text in charts stands on the card, but for the numbers within the layers of a stack. */
const FAINT_IN_CHARTS = `(() => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const card = getComputedStyle(document.querySelector('section')).backgroundColor;
  const faint = [];
  const probe = document.body.appendChild(document.createElement('i'));
  const colourOf = (value) => { probe.style.color = value; return getComputedStyle(probe).color; };
  for (const text of document.querySelectorAll('figure svg text')) {
    const layer = /--on-layer(\\d)/.exec(text.getAttribute('fill'));
    const behind = layer === null ? card : colourOf('var(--layer' + layer[1] + ')');
    const contrast = ratio(getComputedStyle(text).fill, behind);
    if (contrast < 4.5) faint.push(text.textContent + ': ' + contrast.toFixed(2));
  }
  probe.remove();
  return faint;
})()`;
