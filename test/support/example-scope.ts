/** What the examples in docstrings may name besides the exports of their own file. */
import { join } from 'node:path';
import { encodeHeader } from '../../src/bitcoin/header.ts';
import { hashFromDisplay } from '../../src/bitcoin/hex.ts';
import { targetFromBits } from '../../src/bitcoin/target.ts';
import { createJsEngine } from '../../src/engine/js/engine.ts';
import { loadNativeBinding } from '../../src/engine/native/binding.ts';
import { scanRequest } from '../../src/work/scan.ts';
import type { WorkUnit } from '../../src/work/unit.ts';
import { regtestJob } from './jobs.ts';

const SOURCE = join(import.meta.dirname, '../../src');

/** A unit whose nonce 2083236893 is the mainnet genesis block. */
function genesisUnit(): WorkUnit {
  const networkTarget = targetFromBits(0x1d00ffff);
  const merkleRoot = hashFromDisplay('4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b');
  const job = regtestJob({
    prevHash: new Uint8Array(32),
    version: 1,
    nTime: 1231006505,
    nBits: 0x1d00ffff,
    networkTarget,
    shareTarget: networkTarget,
  });
  const header = encodeHeader({ ...job, merkleRoot, nonce: 0 });
  return {
    job,
    extranonce2: new Uint8Array(0),
    coinbase: new Uint8Array(0),
    merkleRoot,
    versions: [1],
    ...scanRequest([header], networkTarget, { nonceStart: 0, nonceCount: 2 ** 32 }),
  };
}

/** Names and values; `engine` is started once and never keeps a test process alive. */
export async function exampleScope(): Promise<Record<string, unknown>> {
  const unit = genesisUnit();
  const native = loadNativeBinding();
  const modules = await Promise.all(
    [
      'bitcoin/hex',
      'bitcoin/target',
      'bitcoin/header',
      'bitcoin/network',
      'economics/devices',
      'engine/js/kernel',
      'work/self-test',
      '../shaders/variants',
      '../shaders/sha256d',
    ].map(
      (name) => import(/* @vite-ignore */ join(SOURCE, `${name}.ts`)) as Promise<Record<string, unknown>>,
    ),
  );
  return Object.assign({}, ...modules, {
    job: regtestJob(),
    unit,
    midstates: unit.midstates,
    tail: unit.tail,
    target: unit.target,
    binding: 'binding' in native ? native.binding : undefined,
    engine: createJsEngine({ threads: 1, preferredMidstates: 2 }),
  });
}
