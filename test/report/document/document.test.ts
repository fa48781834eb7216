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
