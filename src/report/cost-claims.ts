/** What the articles of April 2026 claim, checked against the same figures that the table of costs is made of. */
import { type Device, deviceById } from '../economics/devices.ts';
import { electricityUsdPerBtc, usdPerKwhForCost } from '../economics/energy.ts';
import { isUnconfirmed } from '../economics/provenance.ts';
import { farmPrice, homePrice, REGIONS, type Region, regionById } from '../economics/regions.ts';
import type { BlockTerms } from '../economics/revenue.ts';
import { LIMIT_USD } from './cost.ts';
import { formatKwhPrice, formatTimes, formatUsd } from './economics-text.ts';
import { blockTerms, type NetworkState } from './network-state.ts';

/** A claim and what became of it. */
export interface Claim {
  readonly id: string;
  readonly claim: string;
  /** `depends`: true for some inputs that are in use and false for others. */
  readonly holds: 'yes' | 'no' | 'depends' | 'cannot be checked';
  /** Under what inputs it holds, and under which it does not. */
  readonly inputs: string;
  /** Who says so, and what was found of that. */
  readonly source: string;
}

/** The claims are about farms: an old machine, the usual one, a new one. */
const MACHINES = ['s19', 's21', 's23hyd'] as const;

/** The claims that can be checked on a network: all of them on mainnet, none elsewhere or where a block brings no bitcoin. */
export function claimsFor(state: NetworkState): Claim[] {
  const terms = blockTerms(state);
  return state.network === 'main' && terms.rewardBtc > 0 ? checkClaims(terms) : [];
}

/** Every claim, for a network of today's difficulty and reward. */
export function checkClaims(terms: BlockTerms): Claim[] {
  return [
    above100k(terms),
    costClaim(terms, {
      id: 'us-average',
      usd: 107_260,
      claim: 'A bitcoin costs $107,260 on average in the US',
      caveat: 'Its map took household prices of September 2024, which no farm pays.',
      source:
        'NFTEvening, September 2024: https://www.ethnews.com/the-real-cost-of-bitcoin-mining-from-irans-1-3k-to-irelands-321k/ ; ' +
        'household prices: https://www.wionews.com/world/why-bitcoin-mining-costlier-in-europe-us-1756812794529',
    }),
    costClaim(terms, {
      id: 'production-cost',
      usd: 77_000,
      claim: 'Producing a bitcoin costs about $77,000',
      caveat: 'It means all costs; this is electricity alone.',
      source:
        'JPMorgan, 2026: https://phemex.com/news/article/jpmorgan-reports-bitcoin-production-costs-drop-to-77000-59960',
    }),
    hydro(terms),
    industry(),
    edge(),
  ];
}

const devices = () => MACHINES.map(deviceById);

const usRegions = () => REGIONS.filter(({ id }) => id === 'us' || id.startsWith('us-'));

function costAt(terms: BlockTerms, device: Device, usdPerKwh: number): number {
  return electricityUsdPerBtc(terms, device.joulesPerTH!, usdPerKwh); // the machines above have one
}

function above100k(terms: BlockTerms): Claim {
  const regions = usRegions();
  const found = devices().map((device) => {
    const where = regions.filter((region) => costAt(terms, device, farmPrice(region)!.usdPerKwh) > LIMIT_USD);
    const limit = usdPerKwhForCost(terms, device.joulesPerTH!, LIMIT_USD);
    return { device, where, limit };
  });
  const passing = found.filter(({ where }) => where.length > 0);
  const inputs = found.map(({ device, where, limit }) => {
    const names = where.map(nameOf).join(', ') || 'nowhere';
    return `${named(device)}, above ${formatKwhPrice(limit)}: ${names}`;
  });
  return {
    id: 'above-100k',
    claim: 'Mining a bitcoin costs more than $100,000 in some US regions',
    // "Some regions": one is enough, but it has to be one for each machine.
    holds: passing.length === 0 ? 'no' : passing.length === found.length ? 'yes' : 'depends',
    inputs: `Electricity alone, at prices of farms or industry (* an unconfirmed one). ${inputs.join('; ')}.${restsOn(passing)}`,
    source: 'KuCoin, April 2026; its text was not found, and its inputs are not known',
  };
}

/** Of the machines that pass the limit at unconfirmed prices alone. */
function restsOn(passing: readonly { readonly device: Device; readonly where: readonly Region[] }[]): string {
  const shaky = passing.filter(({ where }) =>
    where.every((region) => isUnconfirmed(region, farmPrice(region)!.field)),
  );
  if (shaky.length === 0) return '';
  return ` For ${shaky.map(({ device }) => device.id).join(' and ')} that rests on unconfirmed prices alone.`;
}

/** A region, marked where nobody confirms the price that is calculated with. */
const nameOf = (region: Region) =>
  `${region.name}${isUnconfirmed(region, farmPrice(region)!.field) ? '*' : ''}`;

const named = ({ id, joulesPerTH }: Device) => `${id} (${joulesPerTH} J/TH)`;

/** A cost that somebody named: which price of power would lead to it, beside those of the US. */
function costClaim(
  terms: BlockTerms,
  { usd, caveat, ...rest }: Pick<Claim, 'id' | 'claim' | 'source'> & { usd: number; caveat: string },
): Claim {
  const s21 = deviceById('s21');
  const us = regionById('us');
  const [farm, home] = [farmPrice(us)!.usdPerKwh, homePrice(us)!.usdPerKwh];
  const needed = usdPerKwhForCost(terms, s21.joulesPerTH!, usd);
  const inputs =
    `${named(s21)} comes to it at ${formatKwhPrice(needed)}; US farms pay ${formatKwhPrice(farm)} (${formatUsd(costAt(terms, s21, farm))}), ` +
    `households ${formatKwhPrice(home)} (${formatUsd(costAt(terms, s21, home))}). ${caveat}`;
  return { ...rest, holds: needed < farm || needed > home ? 'no' : 'depends', inputs };
}

function hydro(terms: BlockTerms): Claim {
  const s21 = deviceById('s21');
  const price = (region: Region) => farmPrice(region)!.usdPerKwh;
  const hosts = ['py', 'et'].map(regionById);
  const cheapest = usRegions().sort((a, b) => price(a) - price(b))[0]!;
  const dearest = Math.max(...hosts.map(price));
  const show = (region: Region) =>
    `${nameOf(region)} ${formatKwhPrice(price(region))} (${formatUsd(costAt(terms, s21, price(region)))})`;
  const us = regionById('us');
  return {
    id: 'hydro',
    claim: 'Mining moves to Paraguay and Ethiopia, to surplus hydropower',
    holds: dearest < price(cheapest) ? 'yes' : dearest < price(us) ? 'depends' : 'no',
    inputs:
      `${named(s21)}: ${hosts.map(show).join(', ')}, against ${show(us)} and ${show(cheapest)}. * is an unconfirmed price, and ` +
      `that of Texas one claim, net of credits. Ethiopia ended its flat tariff on 1 December 2025 and stopped new permits; Paraguay raised its own by 9 to 16% in 2024.`,
    source:
      'https://capitalethiopia.com/?p=76233 ; https://shega.co/news/ethiopia-flirts-with-a-kazakhstan-moment-as-bitcoin-miners-weigh-exit ; ' +
      'https://www.abc.com.py/economia/2024/08/24/nueve-criptomineras-fueron-dadas-de-baja-segun-la-ande/',
  };
}

function industry(): Claim {
  const [card, home, farm] = ['rtx-4090', 'bitaxe-gamma', 's21'].map(deviceById) as [Device, Device, Device];
  const short = formatTimes(card.joulesPerTH! / farm.joulesPerTH!);
  return {
    id: 'industry',
    claim: 'Mining went from PCs to ASICs to industrial farms',
    holds: 'yes',
    inputs:
      `An RTX 4090 takes ${short} times the energy of an S21 for a hash. But a Bitaxe at home takes ${home.joulesPerTH} J/TH, an S21 ` +
      `${farm.joulesPerTH}: what a home lacks is cheap power and scale, not the technology.`,
    source:
      'Thorn, April 2026, an opinion: https://igcurrencynews.com/research-shows-that-bitcoin-and-ai-are-no-longer-aligned-with-decentralization',
  };
}

function edge(): Claim {
  return {
    id: 'edge-market',
    claim: 'Edge AI grows from $25 billion in 2025 to $119 billion in 2033',
    holds: 'cannot be checked',
    inputs:
      'Such totals count cameras, cars and sensors, and measure sales: they say nothing about who runs language models.',
    source: 'Grand View Research; its page was not found',
  };
}
