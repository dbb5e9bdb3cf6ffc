import { join } from 'node:path'

const workspace = join(import.meta.dirname, '../..')

/** @type {import('next').NextConfig} */
export default {
  // No other site may frame these pages and trick the user into a click (clickjacking).
  headers: async () => [
    { source: '/:page(login|consent)', headers: [{ key: 'content-security-policy', value: "frame-ancestors 'none'" }] },
  ],
  // Only in this workspace, whose packages are sources: an application that has installed them needs none of these.
  turbopack: { root: workspace },
  outputFileTracingRoot: workspace,
  transpilePackages: ['@oauth/core', '@oauth/kysely', '@oauth/next', '@oauth/resource-server'],
  typescript: { ignoreBuildErrors: true }, // `pnpm typecheck` has checked them
}
