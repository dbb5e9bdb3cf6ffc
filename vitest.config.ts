import { configDefaults, defineConfig } from 'vitest/config'
import { machineReporter } from './test/machine/reporter.ts'

/** It replaces a module with one that counts, so no other file may have loaded that module before. */
const replacesModules = 'packages/core/test/security/d-constant-work.test.ts'

const slow = { testTimeout: 30_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    reporters: ['default', ...(process.env.CI === undefined ? [] : ['json']), machineReporter()],
    outputFile: { json: 'node_modules/.vitest/results.json' },
    globalSetup: ['packages/kysely/test/support/global-setup.ts'],
    // Vitest leaves one processor to nobody; two cores are what CI has.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          include: ['packages/core/test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, replacesModules],
          // The core keeps no state outside a provider: loading it anew for each file took most of the time. On a database
          // each file opens a connection of its own and closes it (test/support/empty-storage.ts).
          isolate: process.env.OAUTH_STORAGE !== undefined,
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'around',
          include: [
            replacesModules,
            'packages/!(core)/test/**/*.test.ts',
            'examples/*/test/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          // They need a build of Next.js: `pnpm run test:adapters`.
          exclude: [...configDefaults.exclude, 'packages/next/test/production/**'],
          ...slow,
        },
      },
    ],
  },
})
