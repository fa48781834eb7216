/** A real headless Chromium with the lab in it: what it logged, what it asked for, and pictures of it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The pictures of the last run, for people to look at; git does not have them. */
export const ARTIFACTS = join(import.meta.dirname, '../../artifacts/lab');

/** A name under which the browser finds this machine without knowing that it is this machine. */
export const OTHER_MACHINE = 'lab.test';

/** Headless Chromium gives its software adapter, SwiftShader, only with the second one. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  `--host-resolver-rules=MAP ${OTHER_MACHINE} 127.0.0.1`,
];
const WITH_GPU = '--enable-unsafe-webgpu';

/** How long a step may take where everything else runs at the same time. */
const PATIENCE_MS = 120_000;

/** What a page has done. */
export interface LabPage {
  readonly page: Page;
  /** Errors on its console, and exceptions nobody caught. */
  readonly errors: readonly string[];
  /** Every URL it asked for. */
  readonly requests: readonly string[];
}

/** Starts a browser; without `gpu` its WebGPU has no adapter. */
export function startBrowser(executablePath: string, { gpu }: { readonly gpu: boolean }): Promise<Browser> {
  const args = ['--headless=new', ...FLAGS, ...(gpu ? [WITH_GPU] : [])];
  return chromium.launch({ executablePath, args });
}

/** Lets the pages of a context have another worker than the lab's: `change` is given its script. */
export async function changeWorker(
  context: BrowserContext,
  change: (script: string) => string,
): Promise<void> {
  await context.route('**/assets/worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: change(await response.text()) });
  });
}

/** Opens the lab and waits until it can search. */
export async function openLab(context: BrowserContext, url: string): Promise<LabPage> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  context.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  await page.locator('#find:enabled').waitFor();
  return { page, errors, requests };
}

/** Ends the process in which the browser's GPU work runs, as a crash of the driver does. */
export async function endGpuProcess(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const gpu = processInfo.find(({ type }) => type === 'GPU');
  if (gpu === undefined) throw new Error('expected a GPU process, received none');
  process.kill(gpu.id, 'SIGKILL');
}

/** Takes a picture of the whole page. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage: true });
}

/** Texts whose colour differs too little from what is behind them: WCAG 2.2 asks for 4.5 to 1, for large or bold text 3 to 1. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(FAINT_TEXTS) as Promise<string[]>;
}

/** Runs in the page, for whose objects the tests have no types. */
const FAINT_TEXTS = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isOpaque = (colour) => /^rgb\\(/.test(colour);
  const behind = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return isOpaque(backgroundColor) || element.parentElement === null ? backgroundColor : behind(element.parentElement);
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text === '' || !element.checkVisibility() || element.closest('.unseen, :disabled, noscript')) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const [dark, light] = [luminance(style.color), luminance(behind(element))].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < needed) faint.push(text.slice(0, 40) + ': ' + ratio.toFixed(2));
  }
  return faint;
})()`;
