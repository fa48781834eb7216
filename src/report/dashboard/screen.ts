/** The alternate screen of a terminal: frames are drawn there line by line, and what was on the terminal before comes back unharmed. */

/** Alternate screen on (xterm 1049), cursor hidden (DEC 25), no wrapping at the right margin (DEC 7): a width misjudged cannot push lines down. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const LEAVE = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';

/** Synchronized output (mode 2026): a terminal that knows it shows the frame as a whole, any other ignores it. */
const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';

/** Clears a line before it is written: after it, at the right margin, some terminals would clear its last character. */
const lineAt = (row: number, text: string) => `\u001b[${row};1H\u001b[2K${text}`;
const clearFrom = (row: number) => `\u001b[${row};1H\u001b[J`;

/** After every frame: what a user types is echoed there, and the next frame writes over it. */
const HOME = '\u001b[H';

/** Draws frames. */
export interface Screen {
  /**
   * Shows a frame, and enters the alternate screen for the first one. A frame that is there already is not written again; of another one only the lines that
   * differ are, or with `whole` all of them.
   */
  draw(lines: readonly string[], whole?: 'whole'): void;
  /** Lets the next frame be written in full: something else may have written to the terminal. */
  forget(): void;
  /** Brings back the terminal as it was; the next frame enters again. */
  leave(): void;
}

/** A screen that writes each frame in one piece, and nothing where nothing has changed. */
export function createScreen(write: (text: string) => void): Screen {
  let entered = false;
  let shown: readonly string[] | undefined;
  return {
    draw(lines, whole) {
      const changes = shown === undefined ? everyLine(lines) : changedLines(shown, lines);
      shown = lines;
      if (entered && changes === '') return;
      write((entered ? '' : ENTER) + BEGIN + (whole ? everyLine(lines) : changes) + HOME + END);
      entered = true;
    },
    forget() {
      shown = undefined;
    },
    leave() {
      if (entered) write(LEAVE);
      entered = false;
      shown = undefined;
    },
  };
}

const everyLine = (lines: readonly string[]) =>
  lines.map((line, i) => lineAt(i + 1, line)).join('') + clearFrom(lines.length + 1);

function changedLines(before: readonly string[], after: readonly string[]): string {
  const changed = after.map((line, i) => (line === before[i] ? '' : lineAt(i + 1, line)));
  return changed.join('') + (after.length < before.length ? clearFrom(after.length + 1) : '');
}
