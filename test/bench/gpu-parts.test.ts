/** The parts of bench/gpu that need no GPU: reading SASS and counters, sharing time, changing CUDA, judging a run. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../bench/gpu/budget.mjs';
import { readCounters } from '../../bench/gpu/counters.mjs';
import { cpuMsOf, ticksOf } from '../../bench/gpu/cpu-time.mjs';
import { cudaNameOf, FINALS, partialMad, SHAPES, shiftsByProduct } from '../../bench/gpu/cuda-variants.mjs';
import { baseName } from '../../bench/gpu/document.mjs';
import { limitLines } from '../../bench/gpu/hardware.mjs';
import { LOGIC_PER_HASH, limitOf, PREDICTED_H200 } from '../../bench/gpu/model.mjs';
import { readOptions, UsageError } from '../../bench/gpu/options.mjs';
import { expectedKinds, PIPES, pipesSource, sequenceOf, workOf } from '../../bench/gpu/pipes-source.mjs';
import { markdown, tableRows } from '../../bench/gpu/report.mjs';
import { countSass, loopOf, parseResources, parseSass, sassFunctions } from '../../bench/gpu/sass.mjs';
import { messageOf, singleSha256Graph, undoneWord } from '../../bench/gpu/single-sha256.mjs';
import { evaluate } from '../../shaders/dag.ts';
import { emitCuda } from '../../shaders/emit-cuda.ts';
import { parseVariant } from '../../shaders/variants.ts';

/** As cuobjdump of CUDA 12.8 prints it, cut to a few lines of each kind. */
const SASS = `
		Function : scan
	.headerflags	@"EF_CUDA_SM90 EF_CUDA_VIRTUAL_SM(EF_CUDA_SM90)"
        /*0000*/                   LDC R1, c[0x0][0x28] ;                       /* 0x00000a00ff017b82 */
                                                                                /* 0x000fe20000000800 */
        /*0010*/                   IMAD R0, R0, 0x100, R3 ;                     /* 0x0000010000007824 */
        /*0020*/              @!P0 BRA 0x0090 ;                                 /* 0x000fea0003800000 */
        /*0030*/                   SHF.L.W.U32.HI R3, R6.reuse, 0x1a, R6 ;      /* 0x0000001a06037819 */
        /*0040*/                   LOP3.LUT R3, R7, R3, R8, 0x96, !PT ;         /* 0x0000000307037212 */
        /*0050*/                   IMAD R12, R12, UR7, R5 ;                     /* 0x0000000c03087824 */
        /*0060*/                   IMAD.IADD R9, R9, 0x1, R5 ;                  /* 0x0000000c03087824 */
        /*0070*/                   VIADD R15, R3, UR11 ;                        /* 0x0000000b030f7c36 */
        /*0078*/                   ISETP.GE.U32.AND P0, PT, R0, UR4, PT ;       /* 0x0000000400007c0c */
        /*0080*/               @P0 BRA 0x30 ;                                   /* 0x000fea0003800000 */
        /*0090*/                   EXIT ;                                       /* 0x000000000000794d */
        /*00a0*/                   BRA 0xa0;                                    /* 0xfffffffc00fc7947 */
        /*00b0*/                   NOP;                                         /* 0x0000000000007918 */
		..........
		Function : other
        /*0000*/                   EXIT ;                                       /* 0x000000000000794d */
`;

describe('reading SASS', () => {
  const functions = sassFunctions(SASS);

  it('counts instructions by kind, all and those of the loop', () => {
    expect(Object.keys(functions)).toEqual(['scan', 'other']);
    const all = parseSass(functions.scan!);
    expect(countSass(all)).toMatchObject({ all: 12, shf: 1, lop3: 1, imad: 3, viadd: 1, otherAlu: 1 });
    expect(countSass(loopOf(all))).toEqual({
      ...{ shf: 1, lop3: 1, iadd3: 0, viadd: 1, imad: 2, otherAlu: 1, other: 1, all: 7, alu: 3 },
      ...{ imadForms: { IMAD: 1, 'IMAD.IADD': 1 }, imadConstant: 1 },
    });
  });

  it('takes everything where there is no loop', () => {
    expect(loopOf(parseSass(functions.other!))).toHaveLength(1);
  });

  it('reads registers and spills from ptxas', () => {
    const text = [
      "ptxas info    : Compiling entry function 'scan' for 'sm_90'",
      '    0 bytes stack frame, 4 bytes spill stores, 8 bytes spill loads',
      'ptxas info    : Used 39 registers, used 0 barriers',
    ].join('\n');
    expect(parseResources(text)).toEqual({ scan: { registers: 39, spilledBytes: 4 } });
  });
});

describe('the pipes', () => {
  it.each(PIPES.map((pipe) => [pipe.name, pipe] as const))(
    '%s: parts in their shares, evenly spread',
    (_, pipe) => {
      const sequence = sequenceOf(pipe);
      const total = Object.values(pipe.parts).reduce((sum, share) => sum + share, 0);
      for (const [name, share] of Object.entries(pipe.parts)) {
        expect(sequence.filter((each) => each === name)).toHaveLength((sequence.length * share) / total);
        const gaps = sequence
          .flatMap((each, i) => (each === name ? [i] : []))
          .map((at, i, all) => at - (all[i - 1] ?? at));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil(total / share) + 1);
      }
      expect(workOf(pipe)).toBeGreaterThanOrEqual(sequence.length);
    },
  );

  it('have a kernel each, with the instructions that are counted as work', () => {
    const source = pipesSource();
    expect(source.split('__global__')).toHaveLength(PIPES.length + 1);
    const mix = PIPES.find(({ name }) => name.includes('35:65:58'))!;
    const { lop3, shf, imad } = expectedKinds(mix);
    expect([lop3! / 35, shf! / 65, imad! / 58]).toEqual([2, 2, 2]);
  });
});

describe('the loop like hashcat', () => {
  it('has after 57 rounds what the digest says when seven rounds are undone', () => {
    const tail = [0x68617368, 0x67617080, ...new Array<number>(12).fill(0), 88];
    for (const word of [0, 1, 0x61626364, 0xffffffff]) {
      const digest = createHash('sha256').update(messageOf(word)).digest();
      const words = Array.from({ length: 8 }, (_, i) => digest.readUInt32BE(4 * i));
      expect(undoneWord(words)).toBe(evaluate(singleSha256Graph().outputs, tail, word)[0]);
    }
  });
});

describe('changed CUDA', () => {
  const source = emitCuda(parseVariant('k1-const-mad-xor-wg256-npi16')!);
  const calls = (text: string, name: string) =>
    text
      .split('\n')
      .reduce((sum, line) => (line.startsWith('#define') ? sum : sum + line.split(name).length - 1), 0);

  it.each([0.25, 0.5, 0.75])('has a share of %f of the additions as multiply-adds', (share) => {
    const changed = partialMad(source, share);
    const [mad, plain] = [calls(changed, 'add'), calls(changed, 'plain')];
    expect(mad + plain).toBe(calls(source, 'add'));
    expect(mad).toBe(Math.floor(calls(source, 'add') * share));
    expect(changed).toContain('#define plain3(a, b, c) ((a) + (b) + (c))');
  });

  it('shifts by products', () => {
    expect(shiftsByProduct(source).split('__umulhi')).toHaveLength(3);
  });

  it('is of variants that exist, and of the one with the same statements', () => {
    expect(new Set([...FINALS, ...SHAPES].map((name) => parseVariant(name)))).not.toContain(undefined);
    expect(cudaNameOf('k2-uniform-mad-or-wg64-npi4')).toBe('k2-const-mad-or-wg64-npi4');
    expect(cudaNameOf('readable')).toBeUndefined();
  });
});

describe('the model', () => {
  it('predicts for an H200 what it did when it was made', () => {
    for (const [kind, { most }] of Object.entries(LOGIC_PER_HASH)) {
      const limit = limitOf({ multiprocessors: 132, clockMHz: 1980, logicPerHash: most }) / 1e9;
      expect(limit / PREDICTED_H200[kind]!.most).toBeGreaterThan(0.97);
      expect(limit / PREDICTED_H200[kind]!.most).toBeLessThan(1.01);
    }
  });
});

describe('the limits in docs/kernels.md', () => {
  it('are those of the operation counts', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/kernels.md'), 'utf8');
    for (const line of limitLines()) expect(page).toContain(line);
  });
});

describe('sharing time', () => {
  it('gives what a step leaves to those behind it', () => {
    let now = 0;
    const steps = [1, 3, 4].map((weight, i) => ({ name: `step ${i}`, weight }));
    const budget = createBudget(8000, steps, () => now);
    expect(budget.partOf('step 0')).toBe(1000);
    now = 100;
    expect(budget.partOf('step 1')).toBeCloseTo((7900 * 3) / 7);
    now = 9000;
    expect(budget.partOf('step 2')).toBe(0);
  });
});

describe('options', () => {
  it('have defaults, in the units of their names', () => {
    expect(readOptions([])).toMatchObject({
      minutes: 8,
      runMs: 1000,
      runs: 10,
      warmUpMs: 3000,
      engineMs: 60_000,
    });
    expect(readOptions(['--only', 'engine,pipes']).only).toEqual(['pipes', 'engine']);
  });

  it.each([
    ['--minutes', 'long', /from 0.01 to 600 for --minutes, received "long"/],
    ['--runs', '1', /from 2 to 1000 for --runs, received "1"/],
    ['--only', 'pipes,cude', /for --only, received "cude"/],
    ['--clocks', '1980', /--clocks/],
  ])('%s %s is refused', (name, value, message) => {
    expect(() => readOptions([name, value])).toThrow(message);
    expect(() => readOptions([name, value])).toThrow(UsageError);
  });
});

describe("the profiler's output", () => {
  it('is cut to the counters that tell which pipe is full', () => {
    const output = [
      '==PROF== Connected to process 1',
      '"ID","Kernel Name","sm__inst_executed_pipe_alu.sum","dram__bytes.sum"',
      '"","","inst","byte"',
      '"0","scan","1,234","5"',
    ].join('\n');
    expect(readCounters(output)).toEqual({ counters: { 'sm__inst_executed_pipe_alu.sum': 1234 } });
    expect(readCounters('==ERROR== no permission')).toEqual({ failure: '==ERROR== no permission' });
  });
});

describe('processor time', () => {
  it('is user and system time, whatever the program is called', () => {
    expect(ticksOf('7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 40 2 0 0')).toBe(42);
  });

  it.skipIf(process.platform !== 'linux')(
    'is read for this process (Linux only: other systems have no /proc)',
    () => {
      const { mainMs, allMs } = cpuMsOf(process.pid)!;
      expect(allMs).toBeGreaterThan(0);
      expect(mainMs).toBeLessThanOrEqual(allMs);
      expect(cpuMsOf(2 ** 30)).toBeUndefined();
    },
  );
});

/** A run on an H200, as far as the table reads it. */
function run(
  changes: { wgsl?: number; engine?: number; main?: number; pipe?: number; missing?: string[] } = {},
) {
  const { wgsl = 9.9e9, engine = 9.85e9, main = 0.02, pipe = 63.5, missing = [] } = changes;
  const row = { name: 'k2-const-mad-xor-wg256-npi16', kind: 'full', unit: 'H/s', midstates: 2 };
  const clocks = { clockMHz: 1980 };
  const cpu = { mainThread: main, engineMainThread: 0.01 };
  const target = {
    name: 'engine, 80 ms',
    targetMs: 80,
    kernel: row.name,
    jobSwitch: { p50Ms: 90, p95Ms: 160 },
  };
  const recount = {
    hits: 3,
    expected: 3,
    missing,
    invented: [],
    mismatches: [],
    nonces: 9,
    midstates: 2,
    by: 'js',
  };
  return {
    date: '2026-11-21T10:00:00.000Z',
    nvidia: { name: 'NVIDIA H200', driver: '580', multiprocessors: 132, computeCapability: '9.0' },
    adapter: { name: 'NVIDIA H200' },
    software: false,
    compiler: 'release 13.0',
    steps: {
      pipes: { status: 'done', rows: [{ name: 'LOP3', value: pipe, predicted: 64 }] },
      cuda: { status: 'cut', rows: [{ ...row, value: 10e9, clocks, sass: { alu: 3321, viadd: 5 } }] },
      wgsl: {
        status: 'done',
        rows: [{ ...row, value: wgsl, clocks, pipelineMs: { cold: 900, cached: 50 } }],
      },
      engine: { status: 'done', rows: [{ ...target, value: engine, gpuShare: 0.99, cpu }], recount },
    },
  };
}

describe('the table', () => {
  const goalsOf = (document: unknown) =>
    tableRows(document).flatMap(({ goals }) => goals.map(({ text, met }) => `${text}: ${met}`));

  it('judges a good run', () => {
    const rows = tableRows(run());
    const wgsl = rows.find(({ step }) => step === 'wgsl')!;
    expect(wgsl.limit).toBeCloseTo((64 * 132 * 1.98) / 1663, 2);
    expect(wgsl.ofCuda).toBeCloseTo(0.99);
    expect(goalsOf(run())).toEqual([
      '97% of CUDA: true',
      '90% of 10.1 GH/s: true',
      '99% of the bare kernel: true',
      'main threads under 5%: true',
      'job switch under 200 ms: true',
      'no mismatch: true',
    ]);
    expect(rows.filter(({ prediction }) => prediction?.verdict === 'missed')).toEqual([]);
  });

  it('marks what is missed', () => {
    const bad = run({ wgsl: 9e9, engine: 8e9, main: 0.06, pipe: 48, missing: ['7/0'] });
    expect(goalsOf(bad).filter((text) => text.endsWith('false'))).toHaveLength(5);
    expect(tableRows(bad)[0]!.prediction!.verdict).toBe('missed');
    const text = markdown(bad);
    expect(text).toContain('| pipes | LOP3 | 48 lanes |');
    expect(text).toContain('64: **MISSED**');
    expect(text).toContain('97% of CUDA: **MISSED**');
    expect(text).toContain('- cuda: cut');
  });

  it('sets no goals for software', () => {
    const software = { ...run(), nvidia: null, software: true };
    expect(goalsOf(software)).toEqual(['no mismatch: true']);
    expect(markdown(software)).toContain('is a software driver: these rates are no measure of speed');
  });

  it('is named after the day and the GPU', () => {
    expect(baseName('2026-11-21T10:00:00.000Z', 'NVIDIA H200')).toBe('gpu-2026-11-21-nvidia-h200');
    expect(baseName('2026-11-21', '')).toBe('gpu-2026-11-21-none');
  });
});
