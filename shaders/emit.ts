/** Turns the nonce-level part of a mining graph into straight-line statements; WGSL and CUDA differ in a few words only. */
import { type Node, sliceOf } from './dag.ts';
import type { MiningGraph } from './sha256d.ts';

/** How a language writes a statement and a job word. */
export interface Dialect {
  /** The start of a definition, such as `let x =`. */
  define(name: string): string;
  /** A 32-bit constant. */
  constant(value: number): string;
  /** Job word number `index` of the kernel's uniform. */
  jobWord(index: number): string;
}

/** Statements and the expressions they leave the outputs in. */
export interface Statements {
  readonly lines: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * The statements of a graph, one for each node. They call `add2`, `add3`, `ch`, `maj`, `S0`, `S1`, `s0` and `s1`, which a variant's prelude defines, and
 * take the nonce's message word from `word`. No array is indexed at run time.
 */
export function emitStatements(graph: MiningGraph, dialect: Dialect): Statements {
  const { nodes, inputs } = sliceOf(graph.outputs, 2);
  const slots = new Map(inputs.map((node, index) => [node, index]));
  const expression = (node: Node): string => {
    if (node.op === 'const') return dialect.constant(node.value);
    if (node.op === 'nonce') return 'word';
    const slot = slots.get(node);
    return slot === undefined ? `n${node.id}` : dialect.jobWord(slot);
  };
  return {
    lines: nodes.map(
      (node) => `${dialect.define(`n${node.id}`)} ${call(node.op, node.args.map(expression))};`,
    ),
    outputs: graph.outputs.map(expression),
  };
}

/** Sums of more terms nest three-input additions, as the hardware has them. */
function call(op: string, args: readonly string[]): string {
  if (op !== 'sum') return `${op}(${args.join(', ')})`;
  const [first, second, third, ...rest] = args;
  if (third === undefined) return `add2(${first}, ${second})`;
  const sum = `add3(${first}, ${second}, ${third})`;
  return rest.length === 0 ? sum : call('sum', [sum, ...rest]);
}

/** The values of the job words, in the order of the statements' `jobWord` indices. */
export function jobNodes(graph: MiningGraph): readonly Node[] {
  return sliceOf(graph.outputs, 2).inputs;
}
