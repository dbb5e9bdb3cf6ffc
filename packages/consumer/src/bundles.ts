import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Entry } from './entries.ts'
import type { Project } from './install.ts'

export interface Bundle {
  readonly text: string
  /** Bytes of the bundle: minified, and also compressed. */
  readonly raw: number
  readonly gzip: number
  /** Bytes by source file. The paths are relative to the project. */
  readonly inputs: ReadonlyMap<string, number>
}

/** Bundles a module as an application would, for Node or for a Web platform, where an import of a Node module fails. */
export async function bundle(
  { folder }: Project,
  code: string,
  platform: 'neutral' | 'node' = 'neutral',
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: folder, sourcefile: 'bundle-entry.js' },
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform,
    mainFields: ['module', 'main'],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const text = outputFiles[0]?.text ?? ''
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  return {
    text,
    raw: Buffer.byteLength(text),
    gzip: gzipSync(text, { level: 9 }).length,
    inputs: new Map(
      inputs.filter(([file]) => file !== 'bundle-entry.js').map(([file, { bytesInOutput }]) => [file, bytesInOutput]),
    ),
  }
}

/** Returns the entries that add code to a bundle although the bundle does not use them. */
export async function entriesWithSideEffects(project: Project, entries: readonly Entry[]): Promise<readonly string[]> {
  const faults: string[] = []
  for (const { specifier } of entries) {
    const { text } = await bundle(project, `import '${specifier}'`, 'node')
    if (text.trim() !== '') faults.push(`import '${specifier}' leaves ${JSON.stringify(text.slice(0, 100))}`)
  }
  return faults
}
