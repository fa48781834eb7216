/** The JSON reporter: one object per line on stdout, one for each event but the scans; docs/json.md has the schemas. */
import type { HashgapError } from '../errors.ts';
import type { Output, Reporter } from './lines.ts';

/** A reporter for programs. */
export function createJsonReporter({ out }: Pick<Output, 'out'>): Reporter {
  return {
    event(event) {
      if (event.type !== 'scan') out(jsonLine(event)); // scans come several times a second; the summary adds them up
    },
    summary: (summary) => out(jsonLine(summary)),
  };
}

/** The last line of a run that failed. */
export function errorLine({ code, message }: HashgapError): string {
  return jsonLine({ type: 'error', code, message });
}

/** One line of JSON; amounts in satoshis fit a double. */
export function jsonLine(value: object): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? Number(member) : member,
  );
}
