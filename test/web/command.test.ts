/** `hashgap lab` as a user runs it: its URL, JSON, Ctrl-C, and what it refuses. */
import { describe, expect, it } from 'vitest';
import { startLabServer } from '../../src/web/server.ts';
import { runCli, startCli } from '../support/cli.ts';

describe('hashgap lab', () => {
  it('prints where the page is, serves it, and ends at Ctrl-C with 130', async () => {
    const cli = startCli(['lab', '--json']);
    const line = await cli.nextLine(({ schema }) => schema === 'hashgap.lab/1');
    expect(line).toEqual({
      schema: 'hashgap.lab/1',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
    });
    const page = await fetch(String(line.url));
    expect(await page.text()).toContain('Mining in your browser');
    cli.kill('SIGINT');
    expect(await cli.ended).toMatchObject({ exitCode: 130, stderr: '' });
  });

  it('prints the URL alone on stdout, on the port and address it was given', async () => {
    const { port, close } = await startLabServer(); // a port that is free
    await close();
    const cli = startCli(['lab', '--port', String(port), '--host', '127.0.0.1']);
    const url = `http://127.0.0.1:${port}/`;
    let over = false;
    cli.ended.then(() => {
      over = true;
    });
    while (!over && !(await fetch(url).then(Boolean, () => false)));
    cli.kill('SIGTERM');
    expect(await cli.ended).toMatchObject({
      exitCode: 130,
      stdout: `${url}\n`,
      stderr: 'Open it in a browser. Ctrl-C ends it.\n',
    });
  });

  it('has examples in its help', async () => {
    const { exitCode, stdout } = await runCli(['lab', '--help']);
    expect(exitCode).toBe(0);
    for (const text of ['--json', '--port', '--host', '$ hashgap lab']) expect(stdout).toContain(text);
  });

  it.each<[string, string[], number, RegExp]>([
    ['a port that is none', ['--port', '70000'], 2, /0 to 65535.*"70000".*--port 0/],
    [
      'a name for an address',
      ['--host', 'localhost'],
      2,
      /an IP address for --host.*"localhost".*127\.0\.0\.1/,
    ],
    ['a misspelt option', ['--prot', '1'], 2, /'--prot'.*--port/],
    ['an argument too many', ['8080'], 2, /Expected options alone behind lab, received something else/],
  ])('refuses %s', async (_, args, exitCode, message) => {
    const result = await runCli(['lab', ...args]);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stdout).toBe('');
    expect(result.stderr.trimEnd().split('\n').at(-1)).toMatch(message);
  });

  it('says that its port is taken, also as JSON', async () => {
    const { port, close } = await startLabServer();
    const { exitCode, lines, stderr } = await runCli(['lab', '--port', String(port), '--json']);
    await close();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/another program is using it\. Choose another port/);
    expect(lines).toEqual([
      { type: 'error', code: 'PORT_UNAVAILABLE', message: expect.stringContaining(`:${port}`) },
    ]);
  });
});
