import { join } from 'node:path'

export default {
  // In the workspace, the packages are TypeScript sources, which Next must compile together with the application.
  turbopack: { root: join(import.meta.dirname, '../../../..') },
  outputFileTracingRoot: join(import.meta.dirname, '../../../..'),
  transpilePackages: ['@oauth/core', '@oauth/next', '@oauth/resource-server'],
  // Next would redirect a path with a slash at its end. For the provider it is a different path, which it answers itself.
  skipTrailingSlashRedirect: true,
  // The type check of the workspace covers this application.
  typescript: { ignoreBuildErrors: true },
}
