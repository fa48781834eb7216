/** Types of hardware.mjs. */
export function limitLines(): string[];
