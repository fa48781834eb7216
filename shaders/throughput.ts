/** What measures a GPU: WGSL that moves memory or computes in registers, and counts by itself what ran and what was wrong. */

/** Invocations of a workgroup. */
export const THROUGHPUT_WORKGROUP = 256;

/** Invocations whose numbers differ by a multiple of this compute the same: so many results the host computes too. */
export const LANES = 64;

/** Bytes that the triad moves for each invocation, counted as STREAM does: two vec4 read, one written. */
export const TRIAD_BYTES = 48;

/** The triad's passes: binding 0 is {@link triadWords}, 1 to 3 are the arrays, 4 is {@link COUNTS}. Each module uses some of them. */
export interface TriadShaders {
  /** Fills `b` and `c`. */
  readonly fill: string;
  /** `a[i] = b[i] + factor * c[i]`, a vec4 for each invocation. */
  readonly triad: string;
  /** Counts the wrong vectors of `a`. */
  readonly check: string;
}

const triadModule = (access: 'read' | 'read_write', body: string) => /* wgsl */ `
struct Pass { vectors: u32, factor: f32 }
@group(0) @binding(0) var<uniform> params: Pass;
@group(0) @binding(1) var<storage, read_write> a: array<vec4<f32>>;
@group(0) @binding(2) var<storage, ${access}> b: array<vec4<f32>>;
@group(0) @binding(3) var<storage, ${access}> c: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>, 2>;

// Small integers: b + factor * c is exact in 32 bits.
fn left(i: u32) -> vec4<f32> { return vec4<f32>((vec4(4u * i) + vec4(0u, 1u, 2u, 3u)) % vec4(1021u)); }
fn right(i: u32) -> vec4<f32> { return vec4<f32>((vec4(4u * i) + vec4(0u, 1u, 2u, 3u)) % vec4(61u)); }

@compute @workgroup_size(${THROUGHPUT_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
  let i = id.y * grid.x * ${THROUGHPUT_WORKGROUP}u + id.x;
  if (i >= params.vectors) { return; }
  ${body}
}
`;

/** The triad of STREAM (McCalpin, https://www.cs.virginia.edu/stream/ref.html) in 32 bits. */
export const TRIAD: TriadShaders = {
  fill: triadModule('read_write', 'b[i] = left(i); c[i] = right(i);'),
  triad: triadModule('read', 'a[i] = b[i] + params.factor * c[i];'),
  check: triadModule(
    'read',
    'if (any(a[i] != left(i) + params.factor * right(i))) { atomicAdd(&counts[0], 1u); }',
  ),
};

/** The words of binding 0: how many vec4 an array has, and the factor. */
export function triadWords(vectors: number, factor: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(4);
  words[0] = vectors;
  new Float32Array(words.buffer)[1] = factor;
  return words;
}

/** Words of the counts: invocations whose result was wrong, and workgroups of the arithmetic that came to their end. */
export const COUNTS = 2;

/** Bindings of the arithmetic: 0 uniform, {@link loopWords}; 1 storage, the expected sums of {@link LANES} invocations; 2 storage, {@link COUNTS}. */
export interface ArithmeticLoop {
  readonly name: 'fp32' | 'int32' | 'fp16' | 'int8';
  readonly wgsl: string;
  /** Operations of one invocation, for each round. */
  readonly operationsPerRound: number;
  /** A feature that the device has to be requested with. */
  readonly feature?: 'shader-f16';
  /** The sums that `rounds` rounds lead to, for invocation 0 to {@link LANES} - 1. */
  expected(rounds: number): Uint32Array<ArrayBuffer>;
}

/** Independent chains in one invocation: enough to hide the latency of one operation behind the others. */
const CHAINS = 16;

/** Steps that are written out in the loop, so that counting it costs little. */
const UNROLLED = 8;

/** The words of binding 0: rounds, then the constants of the steps, which no compiler may know. */
export function loopWords(rounds: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(8);
  words[0] = rounds;
  new Float32Array(words.buffer).set([FACTOR32, SUMMAND32, FACTOR16, SUMMAND16], 1);
  words.set([MULTIPLIER, INCREMENT, WEIGHTS], 5);
  return words;
}

// WGSL leaves open which way a result is rounded (section 15.7.2): these steps never round. In 32 bits they count; in 16, which hold integers up
// to 2048 only, they go back and forth.
const FACTOR32 = 1;
const SUMMAND32 = 1;
const FACTOR16 = -1;
const SUMMAND16 = 7;

const MULTIPLIER = 0x915f77f5; // 5 modulo 8, so that the generator has its full period (Hull and Dobell 1962, theorem 1)
const INCREMENT = 1;
const WEIGHTS = 0x01010101;

/** What differs between the kinds of arithmetic. */
interface Steps {
  readonly type: string;
  /** Of one step. */
  readonly operations: number;
  /** WGSL: the first value, of a number `n` that differs between the chains and {@link LANES}. */
  readonly start: string;
  /** WGSL: the next value of `x`. */
  step(x: string): string;
  /** WGSL: what of a value is added up. */
  readonly sum: string;
  /** The host's own computation of what `sum` gives. */
  end(start: number, steps: number): number;
}

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;

const STEPS: Readonly<Record<ArithmeticLoop['name'], Steps>> = {
  fp32: {
    type: 'f32',
    operations: 2,
    start: 'f32(n)',
    step: (x) => `fma(${x}, params.factor32, params.summand32)`,
    sum: 'bitcast<u32>(x)',
    end: (start, steps) => bitsOf(start + steps * SUMMAND32),
  },
  int32: {
    type: 'u32',
    operations: 2,
    start: 'n',
    step: (x) => `${x} * params.multiplier + params.increment`,
    sum: 'x',
    end(start, steps) {
      let x = start;
      for (let i = 0; i < steps; i++) x = (Math.imul(x, MULTIPLIER) + INCREMENT) | 0;
      return x;
    },
  },
  fp16: {
    type: 'vec2<f16>',
    operations: 4,
    start: 'vec2(f16(n), f16(n + 1u))',
    step: (x) => `fma(${x}, vec2(f16(params.factor16)), vec2(f16(params.summand16)))`,
    sum: 'u32(i32(x.x)) + 65536u * u32(i32(x.y))',
    end(start, steps) {
      const [x, y] = steps % 2 === 0 ? [start, start + 1] : [SUMMAND16 - start, SUMMAND16 - start - 1];
      return x + 65_536 * y;
    },
  },
  int8: {
    type: 'i32',
    operations: 8,
    start: 'i32(n)',
    step: (x) => `dot4I8Packed(bitcast<u32>(${x}), params.weights) + ${x}`,
    sum: 'bitcast<u32>(x)',
    end(start, steps) {
      let x = start;
      for (let i = 0; i < steps; i++)
        x = (x + (x >> 24) + ((x << 8) >> 24) + ((x << 16) >> 24) + ((x << 24) >> 24)) | 0;
      return x;
    },
  },
};

/** Every kind of arithmetic. */
export const ARITHMETIC_LOOPS: readonly ArithmeticLoop[] = [
  loopOf('fp32'),
  loopOf('int32'),
  loopOf('fp16', 'shader-f16'),
  loopOf('int8'),
];

function loopOf(name: ArithmeticLoop['name'], feature?: 'shader-f16'): ArithmeticLoop {
  const steps = STEPS[name];
  return {
    name,
    wgsl: loopModule(steps, feature === undefined ? '' : 'enable f16;'),
    operationsPerRound: steps.operations * CHAINS * UNROLLED,
    ...(feature === undefined ? {} : { feature }),
    expected(rounds) {
      const sums = new Uint32Array(LANES);
      for (let lane = 0; lane < LANES; lane++)
        for (let chain = 0; chain < CHAINS; chain++)
          sums[lane]! += steps.end(lane * CHAINS + chain, rounds * UNROLLED + 1);
      return sums;
    },
  };
}

function loopModule({ type, start, step, sum }: Steps, enable: string): string {
  const chains = Array.from({ length: CHAINS }, (_, chain) => `x${chain}`);
  const round = chains.map((x) => `    ${x} = ${step(x)};`).join('\n');
  return /* wgsl */ `${enable}
struct Loop {
  rounds: u32, factor32: f32, summand32: f32, factor16: f32, summand16: f32,
  multiplier: u32, increment: u32, weights: u32,
}
@group(0) @binding(0) var<uniform> params: Loop;
@group(0) @binding(1) var<storage, read> expected: array<u32, ${LANES}>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>, 2>;

fn start(n: u32) -> ${type} { return ${start}; }
fn part(x: ${type}) -> u32 { return ${sum}; }

@compute @workgroup_size(${THROUGHPUT_WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let lane = id.x % ${LANES}u;
${chains.map((x, chain) => `  var ${x} = start(lane * ${CHAINS}u + ${chain}u);`).join('\n')}
  for (var i = 0u; i < params.rounds; i++) {
${Array.from({ length: UNROLLED }, () => round).join('\n')}
  }
${round}
  if (${chains.map((x) => `part(${x})`).join(' + ')} != expected[lane]) { atomicAdd(&counts[0], 1u); }
  if (local == 0u) { atomicAdd(&counts[1], 1u); }
}
`;
}
