/** What a provisioning script does when it is run rather than imported: it prints the paths that it found, one per line. */
import { promises as fs } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Does nothing unless the module of this URL is the one that Node was started with. */
export async function printIfMain(url, provision) {
  if (!process.argv[1] || url !== pathToFileURL(await fs.realpath(process.argv[1])).href) return;
  try {
    const paths = await provision({ log: (line) => process.stderr.write(`${line}\n`) });
    for (const path of paths) process.stdout.write(`${path ?? ''}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
