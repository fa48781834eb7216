/** A graph of SHA-256's 32-bit operations that folds what is known before the nonce is: constants here, a job's words on the host. */

/** When a value is known: while the kernel is generated, once for each job, or for each nonce. */
export const LEVEL = { constant: 0, job: 1, nonce: 2 } as const;

/** The four functions of FIPS 180-4 section 4.1.2 that rotate; lower case ones are the message schedule's. */
export type Rotation = 'S0' | 'S1' | 's0' | 's1';

/** What a node computes. Sums have two terms or more; their order is kept, constants and job words stand first. */
export type Op = 'const' | 'input' | 'nonce' | 'sum' | 'ch' | 'maj' | Rotation;

/** One value. Nodes are equal exactly when they are the same object. */
export interface Node {
  /** Counts up: arguments have smaller numbers than what uses them. */
  readonly id: number;
  readonly op: Op;
  readonly args: readonly Node[];
  /** Of a constant its value, of an input its index. */
  readonly value: number;
  readonly level: 0 | 1 | 2;
}

/** Builds nodes; equal operations on equal arguments are one node. */
export interface Graph {
  constant(value: number): Node;
  /** A word that the host gives for each job. */
  input(index: number): Node;
  /** The nonce as the message word SHA-256 reads. */
  readonly nonce: Node;
  sum(...terms: Node[]): Node;
  rotation(op: Rotation, x: Node): Node;
  ch(e: Node, f: Node, g: Node): Node;
  maj(a: Node, b: Node, c: Node): Node;
}

/** An empty graph. */
export function createGraph(): Graph {
  const nodes = new Map<string, Node>();
  const make = (op: Op, args: readonly Node[], value = 0): Node => {
    const key = `${op} ${value} ${args.map(({ id }) => id).join(' ')}`;
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const node = { id: nodes.size, op, args, value, level: levelOf(op, args) };
    nodes.set(key, node);
    return node;
  };
  const constant = (value: number) => make('const', [], value >>> 0);
  /** An operation on constants is a constant. */
  const fold = (op: Op, args: readonly Node[]) =>
    args.every(({ level }) => level === LEVEL.constant)
      ? constant(
          compute(
            op,
            args.map(({ value }) => value),
          ),
        )
      : make(op, args);
  return {
    constant,
    input: (index) => make('input', [], index),
    nonce: make('nonce', []),
    sum: (...terms) => sumOf(terms, constant, make),
    rotation: (op, x) => fold(op, [x]),
    ch: (e, f, g) => fold('ch', [e, f, g]),
    maj: (a, b, c) => fold('maj', [a, b, c]),
  };
}

function levelOf(op: Op, args: readonly Node[]): 0 | 1 | 2 {
  if (op === 'const') return LEVEL.constant;
  if (op === 'input') return LEVEL.job;
  if (op === 'nonce') return LEVEL.nonce;
  return args.reduce<0 | 1 | 2>((level, arg) => (arg.level > level ? arg.level : level), LEVEL.constant);
}

/** At most one constant or job word is left among the terms of a sum that needs the nonce: the host adds the others up. */
function sumOf(
  terms: readonly Node[],
  constant: (value: number) => Node,
  make: (op: Op, args: readonly Node[]) => Node,
): Node {
  const flat = pulled(terms);
  const known = flat.filter(({ level }) => level !== LEVEL.nonce);
  const late = flat.filter(({ level }) => level === LEVEL.nonce);
  const early = knownSum(known, constant, make);
  const args = early === undefined ? late : [early, ...late];
  if (args.length === 1) return args[0]!;
  return args.length === 0 ? constant(0) : make('sum', args);
}

/**
 * Takes sums of one known and one late term apart where another known term is there to join: (known + x) + known' is one addition instead of two,
 * and known + x itself is often needed by nothing else.
 */
function pulled(terms: readonly Node[]): Node[] {
  const joins = terms.some(({ level }) => level !== LEVEL.nonce);
  return terms.flatMap((term) => (joins && isKnownPlusOne(term) ? term.args : [term]));
}

const isKnownPlusOne = ({ op, args }: Node) =>
  op === 'sum' && args.length === 2 && args[0]!.level !== LEVEL.nonce && args[1]!.level === LEVEL.nonce;

function knownSum(
  known: readonly Node[],
  constant: (value: number) => Node,
  make: (op: Op, args: readonly Node[]) => Node,
): Node | undefined {
  const parts = known.flatMap((node) => (node.op === 'sum' ? node.args : [node]));
  const value = parts.reduce((sum, node) => (node.op === 'const' ? sum + node.value : sum), 0) >>> 0;
  const words = parts.filter(({ op }) => op !== 'const').sort((a, b) => a.id - b.id);
  if (words.length === 0) return value === 0 ? undefined : constant(value);
  if (words.length === 1 && value === 0) return words[0];
  return make('sum', value === 0 ? words : [constant(value), ...words]);
}

const rotr = (x: number, n: number) => (x >>> n) | (x << (32 - n));

/** What an operation comes to: FIPS 180-4 section 4.1.2, sums modulo 2^32. */
export function compute(op: Op, args: readonly number[]): number {
  const [x = 0, y = 0, z = 0] = args;
  switch (op) {
    case 'sum':
      return args.reduce((sum, term) => (sum + term) >>> 0, 0);
    case 'ch':
      return ((x & y) ^ (~x & z)) >>> 0;
    case 'maj':
      return ((x & y) ^ (x & z) ^ (y & z)) >>> 0;
    case 'S0':
      return (rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22)) >>> 0;
    case 'S1':
      return (rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25)) >>> 0;
    case 's0':
      return (rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3)) >>> 0;
    case 's1':
      return (rotr(x, 17) ^ rotr(x, 19) ^ (x >>> 10)) >>> 0;
    default:
      throw new Error(`${op} is given, not computed`);
  }
}

/** What is needed to compute some nodes: nodes of one level in the order to compute them in, and the earlier values they take. */
export interface Slice {
  readonly nodes: readonly Node[];
  /** Nodes of earlier levels, constants left out. */
  readonly inputs: readonly Node[];
}

/** Everything of `level` that `outputs` need, dead code left out. */
export function sliceOf(outputs: readonly Node[], level: 1 | 2): Slice {
  const seen = new Set<Node>();
  const visit = (node: Node) => {
    if (seen.has(node) || node.level === LEVEL.constant) return;
    seen.add(node);
    if (node.level === level) node.args.forEach(visit);
  };
  outputs.forEach(visit);
  const all = [...seen].sort((a, b) => a.id - b.id);
  return {
    nodes: all.filter((node) => node.level === level && node.args.length > 0),
    inputs: all.filter((node) => node.level !== level),
  };
}

/** Evaluates nodes in JavaScript, given the values of inputs and, for late ones, of the nonce word. */
export function evaluate(
  outputs: readonly Node[],
  inputs: ArrayLike<number>,
  nonceWord = 0,
): Uint32Array<ArrayBuffer> {
  const values = new Map<Node, number>();
  const resolve = (node: Node): number => {
    const known = values.get(node);
    if (known !== undefined) return known;
    const value = evaluateNode(node);
    values.set(node, value);
    return value;
  };
  const evaluateNode = (node: Node): number => {
    if (node.op === 'const') return node.value;
    if (node.op === 'input') return inputs[node.value]! >>> 0;
    if (node.op === 'nonce') return nonceWord >>> 0;
    return compute(node.op, node.args.map(resolve));
  };
  return Uint32Array.from(outputs, resolve);
}
