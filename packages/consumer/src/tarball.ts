import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { entriesOf } from './entries.ts'
import type { Packed } from './pack.ts'

/** Returns the faults of a tarball, or an empty list. */
export function tarballFaults(packed: Packed): readonly string[] {
  return [...manifestFaults(packed), ...fileFaults(packed), ...mapFaults(packed), ...linkFaults(packed)]
}

function manifestFaults({ manifest }: Packed): readonly string[] {
  const ranges = [manifest.dependencies, manifest.peerDependencies].flatMap((group) => Object.entries(group ?? {}))
  return [
    ...ranges
      .filter(([, range]) => /^(?:workspace|file|link|catalog):/.test(range))
      .map(([name]) => `range of ${name}`),
    ...(['description', 'license'] as const).filter((member) => !manifest[member]?.length),
    ...(manifest.type === 'module' ? [] : ['type is not module']),
    ...(manifest.sideEffects === false ? [] : ['sideEffects is not false']),
    ...(manifest.engines?.node === undefined ? ['engines.node'] : []),
  ]
}

function fileFaults(packed: Packed): readonly string[] {
  const { files, folder } = packed
  const needed = ['README.md', 'LICENSE', ...entriesOf(packed).flatMap(({ types, script }) => [types, script])]
  const missing = needed.filter((file) => !files.has(file)).map((file) => `${file} is missing`)
  const odd = [...files]
    .filter(
      (file) =>
        !/^(?:dist\/.*\.(?:js|d\.ts)(?:\.map)?|src\/.*\.tsx?|templates\/.*|README\.md|LICENSE|package\.json)$/.test(
          file,
        ),
    )
    .map((file) => `${file} has no business there`)
  // An old dist may still have files whose sources were removed, and they would be published.
  const stale = [...files]
    .filter((file) => file.startsWith('dist/'))
    .filter((file) => {
      const name = file.replace(/^dist\//, 'src/').replace(/\.(?:js|d\.ts)(?:\.map)?$/, '')
      return !files.has(`${name}.ts`) && !files.has(`${name}.tsx`)
    })
    .map((file) => `${file} has no source`)
  const licence = files.has('LICENSE') && !/MIT License/.test(readFileSync(join(folder, 'LICENSE'), 'utf8'))
  return [...missing, ...odd, ...stale, ...(licence ? ['LICENSE is not that of MIT'] : [])]
}

/** Returns scripts without a source map, and maps (of scripts or declarations) whose sources are not in the tarball. */
function mapFaults({ folder, files }: Packed): readonly string[] {
  const missing = [...files].filter((file) => file.endsWith('.js') && !files.has(`${file}.map`))
  const maps = [...files].filter((file) => file.endsWith('.map'))
  return [
    ...missing.map((file) => `${file} has no map`),
    ...maps.flatMap((file) =>
      sourcesOf(join(folder, file))
        .map((source) => normalize(join(dirname(file), source)))
        .filter((source) => !files.has(source))
        .map((source) => `${file}: there is no ${source}`),
    ),
  ]
}

function sourcesOf(map: string): readonly string[] {
  return (JSON.parse(readFileSync(map, 'utf8')) as { readonly sources: readonly string[] }).sources
}

/** Returns links of the README to files outside the package. On the registry's page such a link leads nowhere. */
function linkFaults({ folder, files }: Packed): readonly string[] {
  if (!files.has('README.md')) return []
  const links = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/\]\((?<link>[^)\s]+)\)/g)]
  return links
    .map(({ groups = {} }) => groups.link ?? '')
    .filter((link) => !/^(?:https?:|#)/.test(link) && !files.has(normalize(link.split('#')[0] ?? '')))
    .map((link) => `README.md links ${link}, which is not in the package`)
}
