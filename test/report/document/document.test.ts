/** The report as data and as text: the same for the same inputs, marked where nobody confirms a figure, safe with any name. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { REGIONS } from '../../../src/economics/regions.ts';
import { buildReport } from '../../../src/report/document/build.ts';
import { edgeClass } from '../../../src/report/document/edge-contrast.ts';
import { escapeHtml, escapeMarkdown } from '../../../src/report/document/escape.ts';
import { reportFigures } from '../../../src/report/document/figures.ts';
import { htmlReport } from '../../../src/report/document/html.ts';
import { markdownReport } from '../../../src/report/document/markdown.ts';
import { reportObject } from '../../../src/report/document/object.ts';
import { regionGroups } from '../../../src/report/document/sections/region-groups.ts';
import { LAPTOP, LAPTOP_THROUGHPUT, sampleInput, sampleReport } from './sample.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the Markdown', () => {
  it('says the same as ever', async () => {
    await expect(markdownReport(sampleReport())).toMatchFileSnapshot('./report.md');
  });

  it('marks every note that it has, and has every note that it marks', () => {
    const text = markdownReport(sampleReport());
    const [body, notes] = text.split('### Notes') as [string, string];
    const marks = new Set([...body.matchAll(/ \[(\d+)\]/g)].map(([, mark]) => Number(mark)));
    const listed = [...notes.matchAll(/^- \[(\d+)\]/gm)].map(([, mark]) => Number(mark));
    expect([...marks].sort((a, b) => a - b)).toEqual(listed);
    expect(listed.length).toBeGreaterThan(20);
  });

  it('has one cell for each heading in every row', () => {
    for (const block of markdownReport(sampleReport())
      .split('\n\n')
      .filter((part) => part.startsWith('|'))) {
      const cells = block.split('\n').map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(cells).size, block).toBe(1);
    }
  });
});

describe('the page', () => {
  it('has the same bytes each time, whatever was drawn before', () => {
    const first = htmlReport(sampleReport());
    htmlReport(sampleReport({ growth: 0 }));
    expect(sha256(htmlReport(sampleReport()))).toBe(sha256(first));
  });

  it.each([
    ['no power', { machine: { ...LAPTOP, power: null } }],
    ['a very slow machine', { machine: { ...LAPTOP, hashesPerSecond: 5 } }],
    ['a farm', { machine: { ...LAPTOP, hashesPerSecond: 1e18, power: { ...LAPTOP.power!, watts: 15e6 } } }],
    ['more than the network', { machine: { ...LAPTOP, hashesPerSecond: 1e40 } }],
    ['no growth', { growth: 0 }],
    ['a falling difficulty', { growth: -0.2 }],
    ['an enormous growth', { growth: 1e6 }],
  ])('can be made of %s', (_, changes) => {
    for (const text of [htmlReport(sampleReport(changes)), markdownReport(sampleReport(changes))])
      expect(text).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('takes the name of a machine for text, whatever is in it', () => {
    const machine = { ...LAPTOP, name: '<script>alert(1)</script> | **x** \u001b[31m"\'&' };
    const html = htmlReport(sampleReport({ machine }));
    expect(html).not.toContain('<script');
    expect(html).not.toContain('\u001b');
    expect(html).toContain('&lt;script&gt;');
    const markdown = markdownReport(sampleReport({ machine }));
    expect(markdown).not.toContain('<script');
    expect(markdown).toContain('\\| \\*\\*x\\*\\*');
  });
});

describe('its parts', () => {
  it('puts every region into one group', () => {
    const groups = regionGroups(REGIONS);
    expect(
      groups
        .flatMap(({ regions }) => regions)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(REGIONS.map(({ id }) => id).sort());
    expect(groups.at(-1)).toMatchObject({ name: 'To compare with', regions: [{ id: 'world' }] });
  });

  it.each([
    ['AMD Ryzen 9', undefined, 'ddr5-pc'],
    ['Apple M4 Max', undefined, 'm4-max'],
    ['Apple M1', undefined, 'm4'],
    ['Cortex-A76', undefined, 'rpi5'],
    ['AMD EPYC', 'NVIDIA RTX 4090', 'rtx4090'],
    ['AMD EPYC', 'a GPU of tomorrow', 'ddr5-pc'],
  ])('takes %s with %s for %s', (name, adapter, id) => {
    const part = { ...LAPTOP.parts[0]!, ...(adapter === undefined ? {} : { adapter }) };
    expect(edgeClass({ ...LAPTOP, name, parts: [part] }).device.id).toBe(id);
  });

  it('escapes what would be markup, and leaves links and marks', () => {
    expect(escapeHtml(`<a href='x'>"&"</a>`)).toBe('&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;');
    expect(escapeMarkdown('a|b\nc_d [1] https://a.example/b_c')).toBe(
      'a\\|b c\\_d [1] https://a.example/b_c',
    );
    expect(escapeMarkdown('[x](javascript:alert(1))')).toBe('\\[x\\](javascript:alert(1))');
  });

  it('contrasts what was measured, and marks what rests on an assumed power', () => {
    const figures = reportFigures(sampleInput({ throughput: LAPTOP_THROUGHPUT }));
    expect(reportObject(figures, [])).toMatchObject({
      edge: {
        measured: true,
        takenBy: null,
        own: { on: 'cpu', bandwidthGBps: 48, single: { perDevice: 100 } },
      },
    });
    const markdown = markdownReport(buildReport(figures));
    expect(markdown).toContain(
      'Measured: the memory of this machine moves 48 GB/s, and its CPU computes 300 GFLOP/s in fp32.',
    );
    expect(markdown).not.toContain('NOT MEASURED');
    expect(markdown).toMatch(/\| AI for one user, per machine \| NVIDIA H200 SXM \| 100 \|/);
    expect(markdown).toMatch(/\| AI for one user, per joule \| NVIDIA H200 SXM \| 4 \[\d+\] \|/);
  });

  it('marks each figure that follows from an assumed power or an unconfirmed price, the large ones too', () => {
    const electricity = { usdPerKwh: 0.17, from: 'households, Iceland', unconfirmed: true };
    const markdown = markdownReport(sampleReport({ electricity }));
    expect(markdown).toMatch(/^- \*\*13,300\u00a0× \[1\]\*\* the energy for each hash/m);
    expect(markdown).toMatch(/^- \*\*\$[\d.]+ billion \[1\] \[2\]\*\* electricity for one bitcoin here$/m);
    expect(markdown).toMatch(
      /^\| This machine \| 28 W \[1\] \| 233 kJ \[1\] \| 1 \| \$[\d.]+ billion \[1\] \[2\] \|$/m,
    );
    expect(markdown).toMatch(/^\| Antminer S21 .* \| 13,300 \[1\] \| \$\d+,000 \[2\] \|$/m);
    expect(markdown).toContain(
      '- [2] The price of power here is unconfirmed: no public source was found for $0.170/kWh (households, Iceland)',
    );
    expect(htmlReport(sampleReport({ electricity }))).toMatch(/<dd>13,300.×<sup><a href="#note-1"/);
  });

  it('marks nothing where the power and the price are known', () => {
    const machine = { ...LAPTOP, power: { watts: 28, basis: 'given', how: '--watts' } as const };
    const markdown = markdownReport(sampleReport({ machine }));
    expect(markdown).not.toMatch(/ASSUMED 28 W|follows from an assumed power/);
    expect(markdown).toMatch(/^\| This machine \| 28 W \| 233 kJ \| 1 \| \$[\d.]+ billion \|$/m);
  });

  it('stars the costs of a price that nobody confirms, and notes only prices that are shown', () => {
    const markdown = markdownReport(sampleReport());
    expect(markdown).toMatch(
      /^\| Iceland \[\d+\] \| \$49,300\\\* \|.*\| \$170,000\\\* \| \$2.23 billion\\\* \[1\] \|$/m,
    );
    expect(markdown).toMatch(/^\| Texas \[\d+\] \| \$27,600 \|/m);
    expect(markdown).toMatch(/^- \[\d+\] Texas: mining = net of credits/m);
    const tile = htmlReport(sampleReport()).match(/Iceland[^<]*(?:<sup>.*?<\/sup>)? <strong>([^<]*)</);
    expect(tile?.[1]).toBe('$49,300*');
  });

  it('marks a stand-in whose arithmetic alone is unconfirmed at what its arithmetic bounds', () => {
    const part = { ...LAPTOP.parts[0]!, adapter: 'NVIDIA GeForce RTX 5090' };
    const markdown = markdownReport(sampleReport({ machine: { ...LAPTOP, parts: [part] } }));
    expect(markdown).toMatch(/^\| AI for one user, per machine \| NVIDIA H200 SXM \| [\d.]+ \|$/m);
    expect(markdown).toMatch(/^\| AI for a crowd, per machine \| NVIDIA H200 SXM \| [\d.]+ \[\d+\] \|$/m);
    expect(markdown).toMatch(/^- \[\d+\] NVIDIA RTX 5090: the FP16 rate is unconfirmed/m);
  });

  it('stars in the pictures what is marked in their tables', () => {
    const html = htmlReport(sampleReport());
    expect(html).toMatch(/This machine: 233 kJ \*;/);
    expect(html).toMatch(/hashing, per joule: 13,300 × \*;/);
    expect(html).toContain('A * marks what follows from an assumed power.');
  });

  it('keeps a value and its mark together where a phone parts heading and value', () => {
    expect(htmlReport(sampleReport())).toMatch(
      /<td role="cell" class="number" data-heading="power"><span>28 W<sup>.*?<\/sup><\/span><\/td>/,
    );
  });

  it('has the figures of the network', () => {
    const markdown = markdownReport(sampleReport());
    for (const row of [
      '| subsidy | 3.125 BTC |',
      '| fees | 0.0169 BTC a block |',
      '| hashrate | 1.02 ZH/s (as published) |',
    ])
      expect(markdown).toContain(row);
    expect(markdown).toMatch(/^\| hashprice \| \$38\.8 for 1 PH\/s and day \|$/m);
  });

  it('has the ceilings of models where the memory was measured, one row for each', () => {
    const figures = reportFigures(sampleInput({ throughput: { ...LAPTOP_THROUGHPUT, memoryBytes: 8e9 } }));
    const markdown = markdownReport(buildReport(figures));
    expect(markdown).toContain('### Tokens per second at most, by what was measured here');
    expect(markdown).toMatch(/^\| Llama 3\.1 8B Q4\\_K\\_M \| 4\.92 GB \| 9\.76 \| 976 \| /m);
    expect(markdown).toMatch(/^- \[\d+\] The weights are more than the memory of this machine/m);
    expect(reportObject(figures, []).edge.ceilings).toContainEqual(
      expect.objectContaining({ model: 'llama-3.1-8b', quantisation: 'F16', fits: false }),
    );
    expect(markdownReport(sampleReport())).not.toContain('### Tokens per second at most');
    expect(reportObject(reportFigures(sampleInput()), []).edge.ceilings).toEqual([]);
  });

  it('gives the newest window its days, and the largest pool its interval', () => {
    const markdown = markdownReport(sampleReport());
    expect(markdown).toMatch(
      /^\| 23 March to 22 April 2026 \| 4,312 \| 3 \| 1,627 \| 30\.9% \(29\.5 to 32\.3%\) \|/m,
    );
    expect(markdown).not.toContain('| April 2026');
    expect(reportObject(reportFigures(sampleInput()), []).concentration.at(-1)).toMatchObject({
      largest: {
        share: expect.closeTo(0.313, 3),
        low: expect.closeTo(0.299, 3),
        high: expect.closeTo(0.327, 3),
      },
    });
  });

  it('describes the curves that are drawn, and no share as a part of a larger one', () => {
    const [still, falling] = [0, -0.2].map((growth) => htmlReport(sampleReport({ growth })));
    expect(still).toContain('A curve of the chance of a block over time');
    expect(still).not.toContain('With the difficulty growing it ends');
    expect(falling).toContain('Two curves of the chance');
    expect(falling).toContain('With the difficulty falling it gets there sooner.');
    const farm = markdownReport(sampleReport({ machine: { ...LAPTOP, hashesPerSecond: 1e22 } }));
    expect(farm).toContain('no more than that');
    expect(farm).not.toMatch(/0\.\d+ times more/);
  });

  it('has no costs and no claims where a block brings no bitcoin', () => {
    const network = { ...sampleInput().network, network: 'regtest', subsidyBtc: 0, feesBtc: null } as const;
    for (const text of [htmlReport(sampleReport({ network })), markdownReport(sampleReport({ network }))]) {
      expect(text).toContain('A block of this network brings no bitcoin');
      expect(text).not.toMatch(/What the articles say|NaN|Infinity|undefined/);
    }
  });

  it('says of a GPU what was not measured, and takes its name for text', () => {
    const { cpu } = LAPTOP_THROUGHPUT;
    const rate = (perSecond: number) => ({ perSecond, loop: 'wgsl', samples: 3 });
    const rates = {
      memory: rate(930e9),
      arrayBytes: 2 ** 28,
      fp32: rate(78e12),
      int32: rate(1),
      fp16: null,
      int8: null,
    };
    const gpu = { name: 'Card <b>\u001b[31m', software: false, ...rates };
    const throughput = { cpu, gpu, memoryBytes: 16e9 };
    const html = htmlReport(sampleReport({ throughput }));
    expect(html).toContain('Card &lt;b&gt;');
    expect(html).not.toContain('\u001b');
    expect(html).toContain('The matrix units of a GPU, which were not measured');
  });

  it('gives the figures of every command as one object', () => {
    const object = reportObject(reportFigures(sampleInput()), [{ format: 'html', file: 'x.html', bytes: 3 }]);
    expect(JSON.parse(JSON.stringify(object))).toMatchObject({
      schema: 'hashgap.report/1',
      date: '2026-01-13T12:00:00.000Z',
      files: [{ format: 'html', file: 'x.html', bytes: 3 }],
      compare: { schema: 'hashgap.compare/1' },
      odds: { schema: 'hashgap.odds/1', growthPerYear: 0.3 },
      cost: { schema: 'hashgap.cost/1' },
      edge: { measured: false, reference: 'h200', own: { id: 'ddr5-pc' } },
    });
    expect(object.concentration).toHaveLength(7);
  });
});
