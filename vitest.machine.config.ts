import { defineConfig } from 'vitest/config'
import { browserTests, machineTests } from './test/machine/machine-tests.ts'
import { machineReporter } from './test/machine/reporter.ts'

/** The tests that build an application, start or kill processes, or use a browser. `pnpm run test:machine` */
export default defineConfig({
  test: {
    name: 'machine',
    include: [...machineTests, ...browserTests],
    reporters: ['default', ...(process.env.CI === undefined ? [] : ['json']), machineReporter()],
    outputFile: { json: process.env.OAUTH_TEST_RESULTS ?? 'node_modules/.vitest/machine.json' },
    globalSetup: ['packages/kysely/test/support/global-setup.ts'],
    maxWorkers: '100%',
    // Processes that start at the same time compete for the processor.
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
