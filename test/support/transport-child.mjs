/** A process that connects to the pools in its arguments, one after the other, and must end by itself: nothing here calls process.exit(). */
import { parsePoolUrl } from '#dist/source/stratum/endpoint.js';
import { parseProxyUrl } from '#dist/source/stratum/proxy.js';
import { connectTransport } from '#dist/source/stratum/transport/connect.js';

const [proxyUrl, ...urls] = process.argv.slice(2);
const tls = { insecure: true };

for (const url of urls) {
  for (const proxy of [undefined, parseProxyUrl(proxyUrl)]) {
    for (const end of ['by the pool', 'by close', 'by the signal']) {
      const controller = new AbortController();
      const options = { tls, connectTimeoutMs: 20_000, ...(proxy === undefined ? {} : { proxy }) };
      try {
        const transport = await connectTransport(parsePoolUrl(url), options, controller.signal);
        transport.send(end);
        if (end === 'by close') await transport.close();
        if (end === 'by the signal') controller.abort();
        for await (const line of transport.lines) console.log(line);
      } catch (error) {
        console.log(error.code);
      }
    }
  }
}
