/** The file of a run: one dated JSON, written again after every row, so that a run that is cut keeps what it has. */
import { promises as fs } from 'node:fs';
import { join } from 'node:path';

/** A file name from a date and a GPU's name: `gpu-2026-11-20-nvidia-h200`. */
export function baseName(date, gpuName) {
  const name = gpuName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `gpu-${date.slice(0, 10)}-${name || 'none'}`;
}

/** Writes to a folder; calls come one behind the other, and a file is never seen half written. */
export function createSaver(folder, name) {
  let last = Promise.resolve();
  const write = async (file, text) => {
    await fs.mkdir(folder, { recursive: true });
    const path = join(folder, file);
    await fs.writeFile(`${path}.part`, text);
    await fs.rename(`${path}.part`, path);
    return path;
  };
  const later = (file, text) => {
    last = last.then(() => write(file, text));
    return last;
  };
  return {
    json: (document) => later(`${name}.json`, `${JSON.stringify(document, null, 1)}\n`),
    table: (text) => later(`${name}.md`, text),
  };
}
