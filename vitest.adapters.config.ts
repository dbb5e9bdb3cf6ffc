import { defineConfig } from 'vitest/config'

/** Every journey, and the security cases that are about what comes in and goes out over HTTP. */
const whole = [
  'packages/core/test/!(unit|architecture|types|testing|support|node)/**/!(*.security).test.ts',
  'packages/core/test/authorization/open-redirect.security.test.ts',
  'packages/core/test/authorization/redirect-uri.security.test.ts',
  'packages/core/test/clients/client-authentication.security.test.ts',
  'packages/core/test/interaction/browser-cookie.security.test.ts',
  'packages/core/test/consents/consent.security.test.ts',
  'packages/core/test/server/cors.security.test.ts',
  'packages/core/test/server/case.security.test.ts',
  'packages/core/test/server/characters.security.test.ts',
  'packages/core/test/server/content-type.security.test.ts',
  'packages/core/test/server/repetition.security.test.ts',
]

/** What depends on where the provider is mounted, and what a parser that has read the body could spoil. */
const paths = [
  'packages/core/test/authorization/authorize-post.test.ts',
  'packages/core/test/tokens/bad-token-requests.test.ts',
  'packages/core/test/registration/client-configuration.test.ts',
  'packages/core/test/authorization/code-flow.test.ts',
  'packages/core/test/consents/consent.test.ts',
  'packages/core/test/discovery/discovery.test.ts',
  'packages/core/test/registration/dynamic-registration.test.ts',
  'packages/core/test/logout/end-session.test.ts',
  'packages/core/test/interaction/interaction.test.ts',
  'packages/core/test/interaction/login-endpoint.test.ts',
  'packages/core/test/authorization/quick-start.test.ts',
  'packages/core/test/discovery/discovery-documents.test.ts',
  'packages/core/test/consents/consent.security.test.ts',
  'packages/core/test/server/repetition.security.test.ts',
]

interface Way {
  readonly through: 'express' | 'hono' | 'next' | 'node'
  readonly tests: readonly string[]
  /** The path of the issuer. */
  readonly issuerPath: string
  /** How it is mounted: see `packages/<through>/test/reach.ts`, or `packages/core/test/node/reach.ts`. */
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
  node: { through: 'node', tests: whole, issuerPath: '/auth' },
  'node, issuer without a path': { through: 'node', tests: paths, issuerPath: '' },
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
        setupFiles: [
          `packages/${through === 'node' ? 'core/test/node' : `${through}/test`}/reach.ts`,
          'packages/core/test/support/shared-rsa-keys-per-file.ts',
        ],
        env: { OAUTH_TEST_THROUGH: through, OAUTH_TEST_ISSUER_PATH: issuerPath, ...env },
        // One server for all files of a worker.
        isolate: false,
        testTimeout: 30_000,
        hookTimeout: 60_000,
      },
    })),
  },
})
