import { join } from 'node:path'

const workspace = join(import.meta.dirname, '../..')

/** @type {import('next').NextConfig} */
export default {
  // Only in this workspace, whose packages are sources: an application that has installed them needs none of these.
  turbopack: { root: workspace },
  outputFileTracingRoot: workspace,
  transpilePackages: ['@oauth/core', '@oauth/kysely', '@oauth/next', '@oauth/pages', '@oauth/resource-server'],
  typescript: { ignoreBuildErrors: true }, // `pnpm typecheck` has checked them
}
