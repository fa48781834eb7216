/** hashgap beside another miner on the same core, in turn, each run a fresh process: the ratio with its spread. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rateSpread } from '../dist/src/engine/bench.js';
import { MOST_MIDSTATES } from '../dist/src/engine/bench-work.js';
import { tableLines } from '../dist/src/report/table.js';
import { countHashes, parsePeerOutput, plainText } from './peer-output.mjs';
import { runPinned } from './peer-run.mjs';

const USAGE =
  'node bench/peer.mjs --peer /path/to/cpuminer [--kernel NAME] [--midstates K] [--rounds 5] [--seconds 5] [--cpu 0] [--json]';
const OURS = fileURLToPath(new URL('./peer-ours.mjs', import.meta.url));
const START_AND_STOP_SECONDS = 20;

class PeerError extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

try {
  const options = readOptions();
  const report = await compareWithPeer(options);
  if (options.json) console.log(JSON.stringify(report));
  else printReport(report);
} catch (error) {
  if (error.exitCode === undefined && error.code?.startsWith?.('ERR_PARSE_ARGS') !== true) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = error.exitCode ?? 2;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      peer: { type: 'string' },
      kernel: { type: 'string', default: 'auto' },
      midstates: { type: 'string', default: 'auto' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      cpu: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
    },
  });
  if (process.platform === 'win32') throw new PeerError('Expected a POSIX shell, received Windows.', 1);
  if (values.peer === undefined) {
    throw new PeerError(`Expected --peer with the path of another miner, received none. Usage: ${USAGE}`, 2);
  }
  checkExecutable(values.peer);
  return {
    peer: values.peer,
    kernel: values.kernel,
    midstates: values.midstates === 'auto' ? 'auto' : count('midstates', values.midstates, MOST_MIDSTATES),
    rounds: count('rounds', values.rounds, 1000),
    seconds: count('seconds', values.seconds, 3600), // cpuminer takes whole seconds only
    cpu: count('cpu', values.cpu, 4095, 0),
    json: values.json,
  };
}

function checkExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    const received = cause.code === 'ENOENT' ? 'no such file' : 'a file that may not be executed';
    throw new PeerError(`Expected an executable at --peer ${path}, received ${received}. Build it first.`, 2);
  }
}

function count(name, text, most, least = 1) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new PeerError(
    `Expected a whole number from ${least} to ${most} for --${name}, received "${text}".`,
    2,
  );
}

async function compareWithPeer(options) {
  const pinnedCpu = canPin(options.cpu) ? options.cpu : undefined;
  if (pinnedCpu === undefined)
    console.error('note: taskset is missing or refuses the CPU: nothing is pinned');
  const rounds = [];
  let about;
  for (let round = 1; round <= options.rounds; round++) {
    const ours = await runOurs(options, pinnedCpu);
    const peer = await runPeer(options, pinnedCpu);
    about ??= { ours: ours.about, peer: peer.about };
    const ratio = {
      wall: ours.run.hashesPerSecond / peer.run.hashesPerSecond,
      cpu: ours.run.hashesPerCpuSecond / peer.run.hashesPerCpuSecond,
    };
    rounds.push({ ours: ours.run, peer: peer.run, ratio });
    console.error(
      `round ${round} of ${options.rounds}: ${factor(ratio.wall)} wall, ${factor(ratio.cpu)} CPU`,
    );
  }
  return {
    schema: 'hashgap.peer/1',
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? 'unknown CPU',
    pinnedCpu: pinnedCpu ?? null,
    seconds: options.seconds,
    ...about,
    rounds,
    summary: summaryOf(rounds),
  };
}

function canPin(cpu) {
  return spawnSync('taskset', ['-c', String(cpu), 'true']).status === 0;
}

async function runOurs({ kernel, midstates, seconds }, pinnedCpu) {
  const command = [process.execPath, OURS, kernel, String(midstates), String(seconds)];
  const { output, code, cpu } = await runPinned(command, {
    pinnedCpu,
    deadlineSeconds: seconds + START_AND_STOP_SECONDS,
  });
  if (code !== 0) throw new PeerError(`Our own run failed: ${output.trim()}`, code ?? 1);
  const result = JSON.parse(output.trim().split('\n').at(-1));
  return {
    about: { kernel: result.kernel, midstates: result.midstates, compiler: result.compiler },
    run: {
      hashesPerSecond: result.samples[0],
      hashesPerCpuSecond: result.hashes / result.cpuSeconds,
      cpuSeconds: result.cpuSeconds,
      userSeconds: cpu?.user ?? null,
    },
  };
}

async function runPeer({ peer, seconds }, pinnedCpu) {
  const command = [peer, '-a', 'sha256d', '--benchmark', '-t', '1', '--time-limit', String(seconds)];
  const { output, code, stopped, cpu, lastTotalSeconds } = await runPinned(command, {
    pinnedCpu,
    deadlineSeconds: 2 * seconds + START_AND_STOP_SECONDS,
  });
  const parsed = parsePeerOutput(output);
  if (parsed.hashesPerSecond === undefined || parsed.hashesPerSecond <= 0) {
    const end = stopped ? 'it did not end by itself and was stopped' : `exit code ${code}`;
    const said = plainText(output).trim().split('\n').slice(-3).join(' | ').slice(0, 300) || 'nothing';
    throw new PeerError(
      `Expected hashrate lines such as "Benchmark: 27.60 MH/s" from ${peer}, received (${end}): ${said}`,
      1,
    );
  }
  const hashes = lastTotalSeconds === undefined ? undefined : countHashes(parsed, lastTotalSeconds);
  const cpuSeconds = cpu === undefined ? undefined : cpu.user + cpu.system;
  return {
    about: {
      path: peer,
      name: parsed.name ?? null,
      compiler: parsed.compiler ?? null,
      features: parsed.features ?? null,
    },
    run: {
      hashesPerSecond: parsed.hashesPerSecond,
      hashesPerCpuSecond: hashes === undefined || !cpuSeconds ? Number.NaN : hashes / cpuSeconds,
      cpuSeconds: cpuSeconds ?? null,
      userSeconds: cpu?.user ?? null,
    },
  };
}

/** Medians of both sides and the spread of the ratios, pair by pair; null where the peer's output did not say how much it hashed. */
function summaryOf(rounds) {
  const spreadOf = (figure) => {
    const values = rounds.map(figure);
    if (!values.every(Number.isFinite)) return null;
    const { worst, median, best } = rateSpread(values);
    return { min: worst, median, max: best };
  };
  const medianOf = (figure) => spreadOf(figure)?.median ?? null;
  const side = (name) => ({
    hashesPerSecond: medianOf((round) => round[name].hashesPerSecond),
    hashesPerCpuSecond: medianOf((round) => round[name].hashesPerCpuSecond),
    userSeconds: medianOf((round) => round[name].userSeconds ?? Number.NaN),
  });
  return {
    ours: side('ours'),
    peer: side('peer'),
    ratio: {
      wall: spreadOf((round) => round.ratio.wall),
      cpu: spreadOf((round) => round.ratio.cpu),
    },
  };
}

function printReport({ cpu, pinnedCpu, seconds, ours, peer, rounds, summary }) {
  const where = pinnedCpu === null ? 'not pinned' : `both pinned to CPU ${pinnedCpu}`;
  console.log(`${cpu}, 1 thread, ${where}, ${rounds.length} rounds of ${seconds} s each in turn`);
  console.log('');
  const columns = ['miner', 'MH/s', 'MH per CPU s', 'user CPU s', 'built by'].map((heading, i) => ({
    heading,
    align: i === 0 || i === 4 ? 'left' : 'right',
  }));
  const row = (name, side, compiler) => [
    name,
    mega(side.hashesPerSecond),
    mega(side.hashesPerCpuSecond),
    side.userSeconds === null ? '-' : side.userSeconds.toFixed(2),
    compiler ?? 'unknown',
  ];
  const peerName = `${peer.name ?? peer.path}${peer.features === null ? '' : ` (${peer.features})`}`;
  const oursName = `hashgap ${ours.kernel}, midstates ${ours.midstates}`;
  const table = [row(oursName, summary.ours, ours.compiler), row(peerName, summary.peer, peer.compiler)];
  for (const line of tableLines(columns, table, Number.POSITIVE_INFINITY)) console.log(line);
  console.log('');
  console.log('hashgap / peer, pair by pair:');
  printRatio('  by processor time', summary.ratio.cpu);
  printRatio('  by the wall clock', summary.ratio.wall);
  console.log('Read the first on a machine that does other things too.');
}

function printRatio(name, spread) {
  const figures =
    spread === null
      ? 'unknown: the peer did not say how much it hashed'
      : `median ${factor(spread.median)}, from ${factor(spread.min)} to ${factor(spread.max)}`;
  console.log(`${name}: ${figures}`);
}

function mega(rate) {
  return rate === null ? '-' : (rate / 1e6).toFixed(2);
}

function factor(ratio) {
  return Number.isFinite(ratio) ? `${ratio.toFixed(3)}x` : 'unknown';
}
