/**
 * Tests that build an application, start a process of an example, kill processes, or need a browser.
 * `pnpm test:machine` runs them; `pnpm test` leaves them out.
 */
export const machineTests: readonly string[] = [
  'test/example-health.test.ts',
  'test/stopping.test.ts',
  'packages/kysely/test/processes/kills.test.ts',
  'packages/kysely/test/workerd/kills.test.ts',
  'packages/kysely/test/processes/device-kills.test.ts',
  'packages/kysely/test/processes/exchange-kills.test.ts',
  'packages/kysely/test/processes/ciba-kills.test.ts',
  'packages/kysely/test/failover/failover.test.ts',
  'packages/cli/test/processes/**/*.test.ts',
  'packages/site/test/browser/**/*.test.ts',
  'packages/redis/test/redis.test.ts',
  'examples/external-signer/test/**/*.test.ts',
  'examples/cli/test/**/*.test.ts',
  'examples/hono-bun/test/**/*.test.ts',
  'examples/mcp/test/start.test.ts',
  'examples/agent-approval/test/start.test.ts',
  'examples/agents-next/test/**/*.test.ts',
  'examples/next/test/**/*.test.ts',
  'examples/server/test/container.test.ts',
  'examples/server/test/replicas.test.ts',
  'examples/server/test/restart.test.ts',
  'examples/tenants/test/processes/**/*.test.ts',
  'examples/server/test/acceptance-fapi2-sample.test.ts',
]

/** Files that have tests without a browser, which `pnpm test` runs, and tests in Chromium, which it leaves out. */
export const browserTests: readonly string[] = [
  'examples/*/test/browser{,-applications,-client,-device,-form-post,-own-pages,-payments}.test.ts',
  'packages/{pages,playground}/test/browser.test.ts',
]
