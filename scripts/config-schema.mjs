/** Writes docs/config.schema.json, the JSON schema of the config file, from the options of `hashgap mine`; run `npm run compile` first. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { mineConfigSchema } from '../dist/src/cli/commands/config.js';
import { addMineOptions } from '../dist/src/cli/commands/mine.js';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs/config.schema.json');
const schema = mineConfigSchema(addMineOptions(new Command(), {}));
writeFileSync(path, `${JSON.stringify(schema, undefined, 2)}\n`);
const biome = spawnSync('npx', ['biome', 'format', '--write', path], { cwd: root, stdio: 'inherit' });
process.exitCode = biome.status ?? 1;
