/** The self-test of a whole engine: the same cases as a kernel's, through everything that lies between a caller and the kernel. */
import type { HashEngine, Hit, ScanRequest, ScanResult } from '../work/ports.ts';
import { restOf } from '../work/scan.ts';
import { failureOf, type SelfTestCase, selfTestCases } from '../work/self-test.ts';

/**
 * Runs every case, scan by scan.
 *
 * @returns undefined when the engine is right, else a sentence that names the first case it failed.
 * @throws {HashgapError} what the engine's scans throw.
 * @example
 * ```ts
 * await testEngine(engine); // undefined
 * ```
 */
export async function testEngine(
  engine: HashEngine,
  cases: readonly SelfTestCase[] = selfTestCases(),
): Promise<string | undefined> {
  for (const test of cases) {
    const failure = failureOf(test, await searchAll(engine, test));
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function searchAll(engine: HashEngine, { request }: SelfTestCase) {
  const hits: Hit[] = [];
  let noncesScanned = 0;
  for (
    let rest: ScanRequest | undefined = request;
    rest !== undefined;
    rest = restOf(request, noncesScanned)
  ) {
    const result: ScanResult = await engine.scan(rest, new AbortController().signal);
    if (result.noncesScanned <= 0) break; // closed, or wrong
    hits.push(...result.hits);
    noncesScanned += result.noncesScanned;
  }
  return { noncesScanned, hits };
}
