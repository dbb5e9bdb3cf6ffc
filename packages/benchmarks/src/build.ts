import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { paths } from './paths.ts'

/** Builds the measured packages as they are built for publishing. */
export function buildPackages(): void {
  for (const directory of [paths.core, paths.kysely]) {
    try {
      execFileSync(process.execPath, [paths.compiler, '-p', join(directory, 'tsconfig.build.json')], { stdio: 'pipe' })
    } catch (error) {
      // The compiler writes its output in spite of errors, so the measured code may be incomplete.
      process.stderr.write(`${directory} has type errors:\n${(error as { stdout: Buffer }).stdout}`)
    }
  }
}

/** Bundles the server and the load generator to plain JavaScript. Packages stay imports. */
export async function buildProcesses(): Promise<void> {
  for (const directory of [paths.core, paths.kysely]) {
    if (!existsSync(join(directory, 'dist'))) throw new Error(`${directory} is not built`)
  }
  await build({
    entryPoints: { server: join(paths.source, 'server/main.ts'), load: join(paths.source, 'load/main.ts') },
    outdir: paths.output,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  })
}
