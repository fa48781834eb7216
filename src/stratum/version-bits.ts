/** Version rolling, BIP 310: which bits a job lets a miner roll, and what of a version is sent with a share. */

/**
 * The bits of a job's version that may be rolled: granted by the pool, asked for (public-pool grants 1fffe000 whatever was asked), and 0 in
 * the job's own version. The last, because servers rebuild a version in three ways: BIP 310 replaces the masked bits, public-pool exclusive-ors them, ckpool and DATUM or them.
 * Where the rolled bits are 0 in the job, the first and the last give the same; exclusive-or does so only where the job has no bit inside the mask, as all of public-pool's.
 *
 * @example
 * ```ts
 * rollableMask(0xffffffff, 0x1fffe000, 0x20002000).toString(16); // '1fffc000'
 * ```
 */
export function rollableMask(granted: number, asked: number, jobVersion: number): number {
  return (granted & asked & ~jobVersion) >>> 0;
}

/**
 * The version bits of a share: those inside the negotiated mask (BIP 310).
 *
 * @example
 * ```ts
 * versionBits(0x20004000, 0x1fffe000).toString(16); // '4000'
 * ```
 */
export function versionBits(version: number, mask: number): number {
  return (version & mask) >>> 0;
}
