import { defineConfig } from 'vitest/config'

/** `pnpm --filter @oauth/agents run check` */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
