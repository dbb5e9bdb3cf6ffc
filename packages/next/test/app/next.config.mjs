import { join } from 'node:path'

export default {
  // The workspace: its packages are sources, to be compiled with the application.
  turbopack: { root: join(import.meta.dirname, '../../../..') },
  outputFileTracingRoot: join(import.meta.dirname, '../../../..'),
  transpilePackages: ['@oauth/core', '@oauth/next'],
  // A path with a slash at its end is another path: the provider says so, and Next would redirect.
  skipTrailingSlashRedirect: true,
  // The root of the workspace checks the types.
  typescript: { ignoreBuildErrors: true },
}
