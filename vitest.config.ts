import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // They need a build of Next.js: `pnpm run test:adapters`.
    exclude: [...configDefaults.exclude, 'packages/next/test/production/**'],
    reporters: process.env.CI === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: 'node_modules/.vitest/results.json' },
    globalSetup: ['packages/kysely/test/support/global-setup.ts'],
    // Vitest leaves one processor to nobody; two cores are what CI has.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
