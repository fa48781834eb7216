/** What a provisioning script does when it is run rather than imported: it prints what it found, a line each. */
import { promises as fs } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Does nothing unless the module of this URL is the one that Node was started with. */
export async function printIfMain(url, provision) {
  if (!process.argv[1] || url !== pathToFileURL(await fs.realpath(process.argv[1])).href) return;
  try {
    const paths = await provision({ log: (line) => process.stderr.write(`${line}\n`) });
    process.stdout.write(paths.map((path) => `${path ?? ''}\n`).join(''));
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
