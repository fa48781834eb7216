/** How the tests run: real programs take their time, nothing is retried, and a failure is a failure. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 240_000,
    retry: 0,
    maxWorkers: Math.max(2, availableParallelism()), // most tests wait for other programs
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
