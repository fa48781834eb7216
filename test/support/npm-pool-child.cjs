/** A pool that is not ours, stratum-pool-sha256 of npm, on a regtest node: `PORT DIFFICULTY ADDRESS RPC_PORT RPC_USER RPC_PASSWORD`. Prints JSON lines; runs until it is killed. */
const { createServer, request } = require('node:http');
const { createPool } = require('stratum-pool-sha256');

const [port, difficulty, address, rpcPort, user, password] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** As hard as mainnet's first blocks. */
const HARD = { bits: '1d00ffff', target: `00000000ffff${'0'.repeat(52)}` };

/**
 * Two things are not as the node says. The pool asks for getdifficulty before it starts, which Bitcoin Knots has no more. And its version 2.1.3 ends with a
 * ReferenceError (extraNoncePlaceholder) at the first block it is sent: with a hard network there are shares alone.
 */
function change(method, answer) {
  if (method === 'getdifficulty') return { ...answer, result: 1, error: null };
  return method === 'getblocktemplate' ? { ...answer, result: { ...answer.result, ...HARD } } : answer;
}

const shim = createServer(async (incoming, outgoing) => {
  let body = '';
  for await (const chunk of incoming) body += chunk;
  const options = { host: '127.0.0.1', port: rpcPort, method: 'POST', auth: `${user}:${password}` };
  const forwarded = request(options, async (answer) => {
    let text = '';
    for await (const chunk of answer) text += chunk;
    const [calls, results] = [JSON.parse(body), JSON.parse(text)];
    const changed = Array.isArray(calls)
      ? results.map((result, i) => change(calls[i].method, result))
      : change(calls.method, results);
    outgoing.writeHead(answer.statusCode ?? 500).end(JSON.stringify(changed));
  });
  forwarded.on('error', () => outgoing.destroy());
  forwarded.end(body);
});

shim.listen(0, '127.0.0.1', () => {
  const pool = createPool(
    {
      coin: { name: 'Bitcoin', symbol: 'BTC', algorithm: 'sha256', asicboost: false, reward: 'POW' },
      address,
      rewardRecipients: {},
      blockRefreshInterval: 200,
      jobRebroadcastTimeout: 55,
      connectionTimeout: 600,
      banning: { enabled: false },
      ports: { [port]: { diff: Number(difficulty) } },
      daemons: [{ host: '127.0.0.1', port: shim.address().port, user, password }],
    },
    (_ip, _port, _worker, _password, callback) =>
      callback({ error: null, authorized: true, disconnect: false }),
  );
  pool.on('log', (severity, text) => say({ type: 'log', severity, text }));
  pool.on('share', (isValid, isBlock, { worker, error, blockHash }) =>
    say({ type: 'share', isValid, isBlock, worker, error, blockHash }),
  );
  pool.on('started', () => say({ type: 'started' }));
  pool.start();
});
