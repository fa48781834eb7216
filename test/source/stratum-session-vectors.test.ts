/** C4 and the golden vectors: recorded jobs and shares come out byte for byte. */
import { describe, expect, it } from 'vitest';
import { encodeHeader, headerHash } from '../../src/bitcoin/header.ts';
import { fromHex, hashToDisplay, toHex } from '../../src/bitcoin/hex.ts';
import { difficultyFromTarget, hashToNumber } from '../../src/bitcoin/target.ts';
import { decodeNotify } from '../../src/stratum/notify.ts';
import { headerSpace } from '../../src/work/unit.ts';
import { Drive, shareOf } from '../stratum/drive.ts';
import { answer, call } from '../stratum/pool-lines.ts';
import { type GoldenShare, V1, V2, V3 } from '../stratum/vectors.ts';

function play(vector: GoldenShare, rolling: boolean) {
  const drive = new Drive({ worker: vector.worker }).connect({
    extranonce1: vector.extranonce1,
    size: vector.extranonce2.length / 2,
    mask: rolling ? 'ffffffff' : null,
  });
  drive.hear(call('mining.set_difficulty', [512]), call('mining.notify', vector.notify));
  const share = shareOf(drive.job, {
    nonce: vector.nonce,
    version: vector.version,
    extranonce2: fromHex(vector.extranonce2),
  });
  drive.submit(share);
  return { drive, share };
}

describe('golden vectors', () => {
  it('V1 prevhash word swap and header of a mainnet job', () => {
    const decoded = decodeNotify(V1.notify);
    if (!decoded.ok) throw new Error(decoded.reason);
    const { prevHash, version, nTime, nBits } = decoded.value;
    expect(toHex(prevHash)).toBe(V1.prevHash);
    expect(hashToDisplay(prevHash)).toBe(V1.prevHashDisplay);
    const header = { version, prevHash, merkleRoot: fromHex(V1.merkleRoot), nTime, nBits, nonce: V1.nonce };
    expect(toHex(encodeHeader(header))).toBe(V1.header);
    expect(hashToDisplay(headerHash(header))).toBe(V1.hash);
    expect(difficultyFromTarget(hashToNumber(headerHash(header)))).toBe(V1.difficulty);
  });

  it.each([
    ['V2 coinbase and 13 branches of a mainnet job', V2],
    ['V3 a testnet share with a rolled version', V3],
  ])('%s', (_, vector) => {
    const { drive, share } = play(vector, true);
    expect(toHex(encodeHeader(share.header))).toBe(vector.header);
    expect(hashToDisplay(share.hash)).toBe(vector.hash);
    expect(difficultyFromTarget(hashToNumber(share.hash))).toBe(vector.difficulty);
    expect(drive.request('mining.submit').params).toEqual(vector.submit);
  });

  it('V2 merkle root', () => {
    const { drive } = play(V2, true);
    expect(toHex(headerSpace(drive.job, fromHex(V2.extranonce2), [V2.version]).merkleRoot)).toBe(
      V2.merkleRoot,
    );
    expect(drive.job.height).toBe(791_433);
  });
});

describe('C4 fixed notify replayed', () => {
  it('sends five parameters without version rolling', () => {
    const { drive } = play(V2, false);
    const { id } = drive.request('mining.submit');
    expect(drive.sent.at(-1)).toBe(
      `{"id":${id},"method":"mining.submit","params":["ann.rig","v2","7b01000000000000","647025b5","0a029ed1"]}`,
    );
    drive.nowMs += 25;
    drive.hear(answer(id, true));
    expect(drive.verdicts()).toEqual([{ outcome: 'accepted', roundTripMs: 25 }]);
  });
});
