/** Transports as tests use them: connected to loopback, closed with the test, and read to their end. */
import { onTestFinished } from 'vitest';
import { parsePoolUrl } from '../../src/source/stratum/endpoint.ts';
import { connectTransport } from '../../src/source/stratum/transport/connect.ts';
import type { Transport, TransportOptions } from '../../src/source/stratum/transport/transport.ts';

/** Connects to a URL; the transport is closed when the test ends. */
export async function connectTo(
  url: string,
  options: TransportOptions = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Transport> {
  const transport = await connectTransport(parsePoolUrl(url), options, signal);
  onTestFinished(() => transport.close());
  return transport;
}

/** The next `count` lines; fewer when the lines end. */
export async function take(transport: Transport, count: number): Promise<string[]> {
  const lines: string[] = [];
  const iterator = transport.lines[Symbol.asyncIterator]();
  while (lines.length < count) {
    const { done, value } = await iterator.next();
    if (done) break;
    lines.push(value);
  }
  return lines;
}

/** Every line to the end, and what the end was: undefined for a quiet one. */
export async function readAll(transport: Transport): Promise<{ lines: string[]; error: unknown }> {
  const lines: string[] = [];
  try {
    for await (const line of transport.lines) lines.push(line);
    return { lines, error: undefined };
  } catch (error) {
    return { lines, error };
  }
}
