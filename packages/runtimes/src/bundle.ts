import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

const common: BuildOptions = { bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning' }

/** A program of these sources as plain JavaScript; packages stay imports, which each runtime resolves for itself. */
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

/** One module with everything in it. No platform: an import of a Node module that slipped in fails to resolve. */
export async function bundleForWorkerd(source: string, directory: string): Promise<string> {
  const outfile = join(directory, 'on-workerd.js')
  await build({
    ...common,
    entryPoints: [join(source, 'on-workerd.ts')],
    outfile,
    platform: 'neutral',
    conditions: ['workerd', 'worker', 'browser'],
    // Next to the sources these names mean the workspace, that is, TypeScript.
    alias: {
      '@oauth/core/memory': join(directory, 'node_modules/@oauth/core/dist/memory/index.js'),
      '@oauth/core': join(directory, 'node_modules/@oauth/core/dist/index.js'),
    },
  })
  return outfile
}
