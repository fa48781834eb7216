/** Mines one share on each URL with the compiled client, closes it, and must end by itself. */
import { encodeHeader } from '#dist/bitcoin/header.js';
import { sha256d } from '#dist/bitcoin/sha256.js';
import { createStratumClient } from '#dist/source/stratum/client.js';
import { parsePoolUrl } from '#dist/source/stratum/endpoint.js';
import { headerOfHit, headerSpace } from '#dist/work/unit.js';

for (const url of process.argv.slice(2)) console.log(await mineOne(url));

async function mineOne(url) {
  const client = createStratumClient({
    pools: [
      {
        endpoint: parsePoolUrl(url),
        session: { worker: 'ann.rig', agent: 'child' },
        transport: { tls: { insecure: true } },
      },
    ],
    emit: () => {},
    patienceMs: url.endsWith(':1') ? 300 : 5_000,
    retryMs: 10_000,
  });
  const { signal } = new AbortController();
  try {
    for await (const job of client.jobs(signal)) {
      const extranonce2 = new Uint8Array(job.extranonce2Bytes);
      const space = headerSpace(job, extranonce2, [job.version]);
      const header = headerOfHit(space, job.version, 1);
      const hash = sha256d(encodeHeader(header));
      const share = { job, header, hash, extranonce2, coinbase: space.coinbase, meetsNetworkTarget: false };
      return (await client.submit(share, signal)).outcome;
    }
    return 'no job';
  } catch (error) {
    return error.code;
  } finally {
    await client.close();
  }
}
