/** `hashgap edge` as a user runs it: a real measurement, JSON, terminal widths, Ctrl-C, bad input. */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { AI_MODELS } from '../../src/economics/ai-models.ts';
import { runCli } from '../support/cli.ts';
import { describeWithDriver } from '../support/vulkan.ts';

/** The program in this process. */
async function runHere(
  args: readonly string[],
  interrupted = new AbortController().signal,
  onLine: (line: string) => void = () => {},
) {
  const [out, err]: [string[], string[]] = [[], []];
  const output = {
    out: (line: string) => void out.push(line),
    err(line: string) {
      err.push(line);
      onLine(line);
    },
    width: 100,
    paint: (_: string, text: string) => text,
  };
  return { exitCode: await runProgram(args, { output, env: {}, interrupted }), out, err };
}

describe('edge', () => {
  it('measures this machine and contrasts', async () => {
    const { exitCode, stdout, stderr } = await runCli(['edge', '--seconds', '0.1', '--json']);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/^measuring .* for 0.1 s\nmeasuring memory and arithmetic for 0.1 s each$/m);
    const edge = JSON.parse(stdout);
    expect(edge).toMatchObject({
      schema: 'hashgap.edge/1',
      sentence: expect.stringMatching(
        /^This machine is .* S21 in hashing, .* H200 in inference for one user/,
      ),
      machine: { origin: 'measured', by: 'native', threads: availableParallelism() },
    });
    const { machine, hashing, inference, ceilings } = edge;
    expect(machine.parts).toHaveLength(1); // the CPU alone, as memory and arithmetic are
    expect(hashing.perDevice).toBeCloseTo(200e12 / machine.hashesPerSecond, 3);
    expect(inference.single.perDevice).toBeCloseTo(4800e9 / machine.memory.perSecond, 6);
    expect(ceilings.map(({ model }: { model: string }) => model)).toContain('llama-3.3-70b');
    // The point of it all, which no machine that runs the tests will ever refute: hashing left home, inference less so.
    expect(hashing.perDevice / inference.single.perDevice).toBeGreaterThan(100);
  });

  describeWithDriver('llvmpipe', 'with a GPU', (env) => {
    it('measures it too, and leaves models to the CPU where that is faster', async () => {
      const args = ['edge', '--gpu', 'software', '--engine', 'native,gpu', '--seconds', '0.1', '--json'];
      const { exitCode, stdout, stderr } = await runCli(args, { env });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toMatch(/^measuring memory and arithmetic of llvmpipe/m);
      const { gpu, runner, machine } = JSON.parse(stdout);
      expect(gpu).toMatchObject({ name: expect.stringMatching(/^llvmpipe/), software: true });
      for (const what of ['memory', 'fp32', 'int32']) expect(gpu[what].perSecond).toBeGreaterThan(1e6);
      expect(machine.parts).toHaveLength(2);
      expect(machine.power.how).not.toContain('GPU'); // it is the CPU that works
      expect(runner.on).toBe(gpu.memory.perSecond > machine.memory.perSecond ? 'gpu' : 'cpu');
    });
  });

  it('takes a hashrate, a power and one model, and fits the terminal', async () => {
    const args = [
      'edge',
      '--seconds',
      '0.01',
      '--hashrate',
      '20MH/s',
      '--watts',
      '70',
      '--model',
      'Llama 3.1',
    ];
    const { exitCode, stdout } = await runCli(args, { env: { COLUMNS: '80' } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^This machine is 10 million times short of an S21 in hashing/);
    expect(stdout).toMatch(/^power: 70 W, given \(--watts\)$/m);
    expect(stdout).toContain('Llama 3.1 8B Q4_K_M');
    expect(stdout).not.toContain('Llama 3.3 70B');
    const long = stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
    expect(long).toEqual([]);
  });

  it('works without the native addon, and says what that means', async () => {
    const env = { HASHGAP_NATIVE: 'neither', COLUMNS: '400' };
    const args = ['edge', '--seconds', '0.1', '--model', 'llama-2-7b'];
    const { exitCode, stdout, stderr } = await runCli(args, { env });
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/measured \(js on \d+ threads?\)/);
    expect(stdout).toContain('one thread of JavaScript, less than the machine can do');
  });

  it('ends at an interrupt while it measures memory, with nothing on stdout', async () => {
    const interrupt = new AbortController();
    const onLine = (line: string) => line.startsWith('measuring memory') && interrupt.abort();
    const args = ['edge', '--hashrate', '1MH/s', '--seconds', '600'];
    const { exitCode, out } = await runHere(args, interrupt.signal, onLine);
    expect(exitCode).toBe(130);
    expect(out).toEqual([]);
  });

  it('has its options, examples and models in its help', async () => {
    const { exitCode, out } = await runHere(['edge', '--help']);
    expect(exitCode).toBe(0);
    for (const word of [
      '--json',
      '--model',
      '--seconds',
      '--hashrate',
      '$ hashgap edge',
      ...AI_MODELS.map(({ id }) => id),
    ])
      expect(out.join('\n')).toContain(word);
  });

  it.each<[string, string[], RegExp]>([
    [
      'an unknown model',
      ['--model', 'llama-3.1-8c'],
      /model by id or name, received "llama-3.1-8c". Did you mean "llama-3.1-8b"\?/,
    ],
    ['a model nothing is near', ['--model', 'banana'], /"banana". Pass one of llama-3.2-1b, /],
    ['a name of several models', ['--model', 'Llama'], /received "Llama". It could be /],
    [
      'no seconds',
      ['--seconds', '0'],
      /seconds from 0.001 to 600 for --seconds, received "0". Pass --seconds 3/,
    ],
    ['a day of it', ['--seconds', '86400'], /from 0.001 to 600/],
    [
      'a hashrate that is none',
      ['--hashrate', 'fast'],
      /a hashrate such as 1.2TH\/s for --hashrate, received "fast"/,
    ],
    ['a negative power', ['--watts', '-5'], /a power such as 65/],
    ['an option that is none', ['--modle', 'x'], /'--modle'.*--model/],
  ])('refuses %s', async (_, args, message) => {
    const { exitCode, out, err } = await runHere(['edge', ...args]);
    expect(exitCode).toBe(2);
    expect(out).toEqual([]);
    expect(err.at(-1)).toMatch(message);
  });
});
