import { configDefaults, defineConfig } from 'vitest/config'
import { machineTests } from './test/machine/machine-tests.ts'
import { machineReporter } from './test/machine/reporter.ts'

/** They count calls of modules or of the platform, so no other file may have loaded these modules before. */
const countsCalls = [
  'packages/core/test/clients/constant-work.security.test.ts',
  'packages/core/test/properties/requests.security.test.ts',
]

const slow = { testTimeout: 30_000, hookTimeout: 60_000 }

/** `pnpm test`: every feature, on memory, SQLite and PGlite, and on the servers that variables name. */
export default defineConfig({
  test: {
    reporters: ['default', ...(process.env.CI === undefined ? [] : ['json']), machineReporter()],
    outputFile: { json: process.env.OAUTH_TEST_RESULTS ?? 'node_modules/.vitest/results.json' },
    globalSetup: ['packages/kysely/test/support/global-setup.ts'],
    // What the default logger writes while a test looks at something else.
    onConsoleLog: (text) => !/^\d{4}-\d\d-\d\dT[\d:]{8}Z (?:info |warn |error) \w/.test(text),
    // Vitest leaves one processor to nobody; two cores are what CI has.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          include: ['packages/core/test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...countsCalls],
          // The core keeps no state outside a provider: loading it anew for each file took most of the time.
          isolate: false,
          setupFiles: [
            'packages/core/test/support/storage-per-file.ts',
            'packages/core/test/support/shared-rsa-keys-per-file.ts',
          ],
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'kysely',
          include: ['packages/kysely/test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...machineTests],
          // Each worker starts one PGlite and uses it for all its files.
          isolate: false,
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'packages',
          include: [
            'packages/{express,hono,next,opentelemetry,resource-server,consumer,cli,site,playground,pages,redis}/test/**/*.test.ts',
          ],
          // They need a build of Next.js: `pnpm run test:adapters`.
          exclude: [...configDefaults.exclude, ...machineTests, 'packages/next/test/production/**'],
          env: { OAUTH_TEST_BROWSER: 'none' },
          isolate: false,
          ...slow,
        },
      },
      {
        extends: true,
        test: {
          name: 'around',
          include: [...countsCalls, 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...machineTests],
          env: { OAUTH_TEST_BROWSER: 'none' },
          ...slow,
        },
      },
    ],
  },
})
