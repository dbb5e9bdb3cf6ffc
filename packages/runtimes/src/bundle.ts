import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

const common: BuildOptions = { bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning' }

/** Bundles a program to plain JavaScript. Packages stay imports, which each runtime resolves by itself. */
export async function bundleForCommandLine(source: string, name: string, directory: string): Promise<string> {
  const outfile = join(directory, `${name}.js`)
  await build({
    ...common,
    entryPoints: [join(source, `${name}.ts`)],
    outfile,
    packages: 'external',
    external: ['node:sqlite', 'bun:sqlite'],
  })
  return outfile
}

/** Bundles everything into one module. It sets no platform, so that an import of a Node module fails. */
export async function bundleForWorkerd(source: string, name: string, directory: string): Promise<string> {
  const outfile = join(directory, `${name}.js`)
  await build({
    ...common,
    entryPoints: [join(source, `${name}.ts`)],
    outfile,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:workers'],
    // Near the sources, these names would resolve to the workspace, which is TypeScript.
    alias: {
      '@oauth/kysely/durable-object': join(directory, 'node_modules/@oauth/kysely/dist/durable-object/index.js'),
      '@oauth/kysely/d1': join(directory, 'node_modules/@oauth/kysely/dist/d1/index.js'),
      '@oauth/core/memory': join(directory, 'node_modules/@oauth/core/dist/memory/index.js'),
      '@oauth/core': join(directory, 'node_modules/@oauth/core/dist/index.js'),
    },
  })
  return outfile
}
