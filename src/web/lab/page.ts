/** The page's entry: fills in what never changes, and starts the lab. */
import type { ConsoleApi } from './console-api.ts';
import { showHeader } from './find-view.ts';
import { showGap, showScale } from './gap-view.ts';
import { Lab } from './lab.ts';

declare global {
  interface Window {
    /** For the console; docs/lab.md describes it. */
    hashgap: ConsoleApi;
  }
}

showHeader();
showScale();
showGap({});
window.hashgap = new Lab().consoleApi();
