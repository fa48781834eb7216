/** Header version bits: the BIP 9 base and the BIP 320 bits that a miner may roll. */

/** BIP 9: top bits 001 mark a version whose other bits signal deployments. */
export const VERSION_BASE = 0x20000000;

/** BIP 320: the 16 bits reserved for miners to roll, 13..28. */
export const VERSION_ROLLING_MASK = 0x1fffe000;
