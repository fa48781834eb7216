/** `hashgap devices` on a narrow terminal: nothing is left out, above all not which kernel mines. */
import { expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

it.each([40, 80])('devices names the selected kernel at %i columns', async (width) => {
  const { exitCode, stdout } = await runCli(['devices'], { env: { COLUMNS: String(width) } });
  expect(exitCode).toBe(0);
  expect(stdout.match(/ {2}selected$/gm)).toHaveLength(1);
  // A single word, such as the name of a file, is never broken.
  const long = stdout.split('\n').filter((line) => line.length > width && line.trim().includes(' '));
  expect(long).toEqual([]);
});
