/** What NVIDIA's compiler made of a kernel: the instructions of a cubin by kind, all of them and those of its loop. */

/** Instruction names that run on the logic pipe, whatever kind they are counted as: 64 lanes a clock and multiprocessor. */
const KINDS = [
  ['shf', /^SHF\b/],
  ['lop3', /^P?LOP3\b/],
  ['iadd3', /^IADD3\b/],
  ['viadd', /^VIADD\b/],
  ['imad', /^IMAD\b/],
  ['otherAlu', /^(ISETP|LEA|PRMT|SEL|VIMNMX|IMNMX|MOV)\b/],
];

const LINE = /^\s+\/\*([0-9a-f]{4,})\*\/\s+(?:@!?U?P[0-9T]+\s+)?([A-Z][A-Z0-9_.]*)\s*([^;]*);/;

/** The instructions in what `cuobjdump -sass` prints: `{ address, name, operands }`. NOPs fill up the last line and are left out. */
export function parseSass(text) {
  return text.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null || match[2] === 'NOP') return [];
    return [{ address: Number.parseInt(match[1], 16), name: match[2], operands: match[3].trim() }];
  });
}

/** The widest loop: everything from the target of a backward branch to the branch. All instructions where there is none. */
export function loopOf(instructions) {
  const loops = instructions.flatMap(({ address, name, operands }) => {
    const target = name.startsWith('BRA')
      ? Number.parseInt(/0x([0-9a-f]+)/.exec(operands)?.[1] ?? '', 16)
      : Number.NaN;
    return target < address ? [{ from: target, to: address }] : []; // the last branch of a kernel is one to itself
  });
  if (loops.length === 0) return instructions;
  const widest = loops.reduce((best, loop) => (loop.to - loop.from > best.to - best.from ? loop : best));
  return instructions.filter(({ address }) => address >= widest.from && address <= widest.to);
}

/**
 * How many of each kind. `alu` is the logic pipe without VIADD, whose pipe is not known; `imadForms` tells how IMAD is used, and
 * `imadConstant` how often it has an operand from the constant bank or a uniform register.
 */
export function countSass(instructions) {
  const counts = {
    shf: 0,
    lop3: 0,
    iadd3: 0,
    viadd: 0,
    imad: 0,
    otherAlu: 0,
    other: 0,
    all: instructions.length,
  };
  const imadForms = {};
  let imadConstant = 0;
  for (const { name, operands } of instructions) {
    const kind = KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
    counts[kind]++;
    if (kind === 'imad') {
      const form = /^IMAD\.(?!U32|X)[A-Z]+/.exec(name)?.[0] ?? 'IMAD';
      imadForms[form] = (imadForms[form] ?? 0) + 1;
      if (/\bc\[|\bUR\d/.test(operands)) imadConstant++;
    }
  }
  const { shf, lop3, iadd3, otherAlu } = counts;
  return { ...counts, imadForms, imadConstant, alu: shf + lop3 + iadd3 + otherAlu };
}

/** Registers and spilled bytes in what `ptxas -v` prints, for each function. */
export function parseResources(text) {
  const functions = {};
  let name;
  for (const line of text.split('\n')) {
    name = /Compiling entry function '(\w+)'/.exec(line)?.[1] ?? name;
    const registers = /Used (\d+) registers/.exec(line)?.[1];
    const spilled = /(\d+) bytes spill stores/.exec(line)?.[1];
    if (name === undefined) continue;
    functions[name] ??= {};
    if (spilled !== undefined) functions[name].spilledBytes = Number(spilled);
    if (registers !== undefined) functions[name].registers = Number(registers);
  }
  return functions;
}

/** Splits what `cuobjdump -sass` prints into its functions: `{ name: text }`. */
export function sassFunctions(text) {
  const parts = text.split(/^\s*Function : (\S+)\s*$/m).slice(1);
  return Object.fromEntries(parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1]]] : [])));
}
