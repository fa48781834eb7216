/** The race of an attacker against the honest chain: section 11 of the Bitcoin paper. */
import { fraction } from './checks.ts';

/**
 * The chance that an attacker with a share of the hashrate ever catches up from behind: 1 - Σ Poisson(k; z q / p) (1 - (q / p)^(z - k)) for
 * k = 0 to z. Source: S. Nakamoto 2008, section 11, https://bitcoin.org/bitcoin.pdf. The paper takes the attacker's progress as Poisson;
 * Rosenfeld 2014, https://arxiv.org/abs/1402.2009, has the exact, somewhat higher value.
 *
 * @param share - q, the attacker's, 0 to 1.
 * @param confirmations - z, blocks upon the payment.
 * @throws {RangeError} for a share outside 0 to 1 or confirmations that are no whole number.
 * @example
 * ```ts
 * attackerSuccess(0.1, 5).toFixed(7); // '0.0009137'
 * ```
 */
export function attackerSuccess(share: number, confirmations: number): number {
  const q = fraction(share, 'share');
  if (!Number.isSafeInteger(confirmations) || confirmations < 0)
    throw new RangeError(`expected a number of confirmations, received ${confirmations}`);
  if (q >= 0.5) return 1;
  const ratio = q / (1 - q);
  const expected = confirmations * ratio;
  if (expected === 0) return confirmations === 0 ? 1 : 0;
  // Both parts of the sum are positive, so even a chance of 1e-300 keeps its digits: what the attacker has found while z blocks came, and
  // from there the chance to make up the rest; beyond z there is nothing left to make up.
  let chance = 0;
  let logPoisson = -expected;
  for (let k = 0; ; k++) {
    if (k > 0) logPoisson += Math.log(expected / k);
    const term = Math.exp(logPoisson) * ratio ** Math.max(0, confirmations - k);
    chance += term;
    if (k > confirmations && term <= chance * Number.EPSILON) return Math.min(1, chance);
  }
}

/**
 * The fewest confirmations with which an attacker's chance is below `risk`; null where none is enough.
 *
 * @throws {RangeError} for a share or risk outside 0 to 1.
 * @example
 * ```ts
 * confirmationsFor(0.1, 0.001); // 5
 * ```
 */
export function confirmationsFor(share: number, risk: number): number | null {
  fraction(risk, 'risk');
  for (let z = 0; z <= MOST_CONFIRMATIONS; z++) if (attackerSuccess(share, z) < risk) return z;
  return null;
}

/** A week of blocks: whoever would wait longer does not trust the chain. */
const MOST_CONFIRMATIONS = 1008;
