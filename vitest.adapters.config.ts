import { defineConfig } from 'vitest/config'

/** Every journey, and the security cases that are about what comes in and goes out over HTTP. */
const whole = [
  'packages/core/test/journeys/**/*.test.ts',
  'packages/core/test/security/a-open-redirect.test.ts',
  'packages/core/test/security/a-redirect-uri.test.ts',
  'packages/core/test/security/d-client-authentication.test.ts',
  'packages/core/test/security/f-09-browser-cookie.test.ts',
  'packages/core/test/security/f-consent.test.ts',
  'packages/core/test/security/g-10-cors.test.ts',
  'packages/core/test/security/g-13-case.test.ts',
  'packages/core/test/security/g-characters.test.ts',
  'packages/core/test/security/g-content-type.test.ts',
  'packages/core/test/security/g-repetition.test.ts',
]

/** What depends on where the provider is mounted, and what a parser that has read the body could spoil. */
const paths = [
  'packages/core/test/journeys/authorize-post.test.ts',
  'packages/core/test/journeys/bad-token-requests.test.ts',
  'packages/core/test/journeys/client-configuration.test.ts',
  'packages/core/test/journeys/code-flow.test.ts',
  'packages/core/test/journeys/consent.test.ts',
  'packages/core/test/journeys/discovery.test.ts',
  'packages/core/test/journeys/dynamic-registration.test.ts',
  'packages/core/test/journeys/end-session.test.ts',
  'packages/core/test/journeys/interaction.test.ts',
  'packages/core/test/journeys/login-endpoint.test.ts',
  'packages/core/test/journeys/quick-start.test.ts',
  'packages/core/test/journeys/seed-discovery.test.ts',
  'packages/core/test/security/f-consent.test.ts',
  'packages/core/test/security/g-repetition.test.ts',
]

interface Way {
  readonly through: 'express' | 'hono' | 'next'
  readonly tests: readonly string[]
  /** The path of the issuer. */
  readonly issuerPath: string
  /** How it is mounted: see `packages/<through>/test/reach.ts`. */
  readonly env?: Readonly<Record<string, string>>
}

const nested = { OAUTH_TEST_MOUNT: 'nested' }
const express4 = { OAUTH_TEST_EXPRESS: '4' }
const parsers = { OAUTH_TEST_PARSERS: 'before' }

const ways: Readonly<Record<string, Way>> = {
  'express 5': { through: 'express', tests: whole, issuerPath: '/auth' },
  'express 5, issuer without a path': { through: 'express', tests: paths, issuerPath: '' },
  'express 5, nested': { through: 'express', tests: paths, issuerPath: '/a/b', env: nested },
  'express 5, after parsers': { through: 'express', tests: paths, issuerPath: '/auth', env: parsers },
  'express 4, nested': { through: 'express', tests: whole, issuerPath: '/a/b', env: { ...express4, ...nested } },
  'express 4, after parsers': { through: 'express', tests: paths, issuerPath: '', env: { ...express4, ...parsers } },
  hono: { through: 'hono', tests: paths, issuerPath: '/auth' },
  'hono, issuer without a path': { through: 'hono', tests: whole, issuerPath: '' },
  'hono, nested': { through: 'hono', tests: paths, issuerPath: '/a/b', env: nested },
  'next, on its own': { through: 'next', tests: ['packages/next/test/production/**/*.test.ts'], issuerPath: '/auth' },
  next: { through: 'next', tests: whole, issuerPath: '/auth' },
  'next, issuer without a path': { through: 'next', tests: paths, issuerPath: '' },
  'next, deeper': { through: 'next', tests: paths, issuerPath: '/a/b' },
}

/** The tests of the core, with the provider behind each adapter over real HTTP. `pnpm run test:adapters` */
export default defineConfig({
  test: {
    reporters: process.env.CI === undefined ? ['dot'] : ['dot', 'json'],
    outputFile: { json: process.env.OAUTH_TEST_RESULTS ?? 'node_modules/.vitest/adapters.json' },
    maxWorkers: '100%',
    globalSetup: ['packages/next/test/build-app.ts'],
    projects: Object.entries(ways).map(([name, { through, tests, issuerPath, env }]) => ({
      test: {
        name,
        include: [...tests],
        setupFiles: [`packages/${through}/test/reach.ts`],
        env: { OAUTH_TEST_THROUGH: through, OAUTH_TEST_ISSUER_PATH: issuerPath, ...env },
        // One server for all files of a worker.
        isolate: false,
        testTimeout: 30_000,
        hookTimeout: 60_000,
      },
    })),
  },
})
