/** What the operation counts imply for some GPUs, before anything is measured: `node bench/gpu/hardware.mjs` prints the table of docs/kernels.md. */
import { fileURLToPath } from 'node:url';
import { sliceOf } from '../../dist/shaders/dag.js';
import { operationCounts } from '../../dist/shaders/operations.js';
import { miningGraph } from '../../dist/shaders/sha256d.js';
import { LOGIC_PER_HASH, limitOf } from './model.mjs';

/**
 * Instructions for one operation: `rotation`, `shift`, `xor3` (the sum of a sigma), `ch`, `maj`, `add` (of two). Where logic has two
 * inputs, Ch is three instructions and Maj four. docs/kernels.md has where lanes and clocks come from.
 */
const TWO_INPUTS = { shift: 1, xor3: 2, ch: 3, maj: 4, add: 1 };
const GPUS = [
  { name: 'H200, H100 SXM', nvidia: true, multiprocessors: 132, clockMHz: 1980 },
  { name: 'RTX 4090', nvidia: true, multiprocessors: 128, clockMHz: 2790 },
  {
    name: 'Apple M4 Pro, 20 cores',
    lanes: 20 * 128,
    clockMHz: 1580,
    costs: { ...TWO_INPUTS, rotation: 2, shift: 2 },
  },
  {
    name: 'Intel Xe-LP, 96 units, rotation found',
    lanes: 96 * 8,
    clockMHz: 1350,
    costs: { ...TWO_INPUTS, rotation: 1 },
  },
  {
    name: 'Intel Xe-LP, 96 units, not found',
    lanes: 96 * 8,
    clockMHz: 1350,
    costs: { ...TWO_INPUTS, rotation: 3 },
  },
];

/** Instructions a hash on hardware that does not have NVIDIA's three-input ones. */
export function instructionsPerHash(midstates, { rotation, shift, xor3, ch, maj, add }) {
  const graph = miningGraph(midstates);
  const { nodes } = sliceOf(graph.outputs, 2);
  const count = (...ops) => nodes.filter(({ op }) => ops.includes(op)).length;
  const [large, small] = [count('S0', 'S1'), count('s0', 's1')];
  const rotations = (3 * large + 2 * small) * rotation + small * shift;
  const logic = (large + small) * xor3 + count('ch') * ch + count('maj') * maj + midstates;
  return (rotations + logic + operationCounts(graph).additions * add) / midstates;
}

/** `{ name, plain: { 1, 2 }, mad: { 1, 2 } }` in GH/s; `mad` only where multiply-add has a pipe of its own. */
export function hardwareLimits() {
  return GPUS.map(({ name, nvidia, multiprocessors, lanes, clockMHz, costs }) => {
    const ofNvidia = (kind) =>
      limitOf({ multiprocessors, clockMHz, logicPerHash: LOGIC_PER_HASH[kind].most }) / 1e9;
    if (nvidia) {
      const both = (add) => ({ 1: ofNvidia(`k1-${add}`), 2: ofNvidia(`k2-${add}`) });
      return { name, plain: both('plain'), mad: both('mad') };
    }
    const at = (midstates) => (lanes * clockMHz) / 1e3 / instructionsPerHash(midstates, costs);
    return { name, plain: { 1: at(1), 2: at(2) }, mad: undefined };
  });
}

/** The table's rows, as docs/kernels.md has them. */
export function limitLines() {
  const number = (value) => (value === undefined ? '' : value.toPrecision(value < 1 ? 2 : 3));
  return hardwareLimits().map(({ name, plain, mad }) => {
    return `| ${[name, plain[1], plain[2], mad?.[1], mad?.[2]].map((cell, i) => (i === 0 ? cell : number(cell))).join(' | ')} |`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(limitLines().join('\n'));
