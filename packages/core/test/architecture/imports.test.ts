import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot, readSources, resolveImport } from '../support/source.ts'

/** The folders that each folder may import. A folder may always import itself, and no folder that is not listed. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  crypto: [],
  http: ['protocol'],
  storage: ['protocol'],
  memory: ['storage'],
  contracts: ['protocol', 'http', 'storage'],
  records: ['crypto', 'storage', 'contracts'],
  policy: ['protocol', 'crypto', 'storage', 'contracts'],
  conformance: ['protocol', 'contracts', 'policy'],
  keys: ['protocol', 'crypto', 'http', 'storage', 'contracts', 'policy'],
  claims: ['protocol', 'crypto', 'storage', 'contracts', 'policy'],
  metadata: ['protocol', 'contracts', 'claims'],
  withdrawals: ['crypto', 'storage', 'contracts', 'records'],
  sessions: ['protocol', 'storage', 'contracts', 'records', 'policy', 'claims', 'withdrawals'],
  clients: ['protocol', 'crypto', 'http', 'storage', 'contracts', 'policy', 'withdrawals'],
  pages: ['protocol', 'http', 'storage', 'contracts', 'policy', 'clients'],
  tokens: ['protocol', 'crypto', 'http', 'storage', 'contracts', 'policy', 'keys', 'claims', 'clients'],
  consents: ['protocol', 'crypto', 'http', 'storage', 'contracts', 'policy', 'claims', 'withdrawals', 'clients'],
  authorization: [
    'protocol',
    'crypto',
    'http',
    'storage',
    'contracts',
    'policy',
    'claims',
    'withdrawals',
    'sessions',
    'clients',
    'pages',
    'tokens',
    'consents',
  ],
  interaction: [
    'protocol',
    'crypto',
    'http',
    'storage',
    'contracts',
    'records',
    'policy',
    'claims',
    'withdrawals',
    'sessions',
    'consents',
    'authorization',
    'pages',
  ],
  logout: [
    'protocol',
    'crypto',
    'http',
    'storage',
    'contracts',
    'claims',
    'withdrawals',
    'sessions',
    'tokens',
    'interaction',
  ],
  grants: ['protocol', 'crypto', 'http', 'storage', 'contracts', 'policy', 'tokens'],
  endpoints: [
    'protocol',
    'http',
    'storage',
    'contracts',
    'records',
    'policy',
    'metadata',
    'claims',
    'withdrawals',
    'sessions',
    'clients',
    'pages',
    'tokens',
    'consents',
    'authorization',
    'interaction',
    'logout',
  ],
  assertions: ['protocol', 'http', 'storage', 'contracts', 'policy', 'keys', 'clients'],
  'request-objects': ['protocol', 'http', 'storage', 'contracts', 'policy', 'keys'],
  'cross-device': ['protocol', 'storage', 'contracts', 'policy'],
  features: [
    'protocol',
    'crypto',
    'http',
    'storage',
    'contracts',
    'records',
    'policy',
    'conformance',
    'keys',
    'claims',
    'clients',
    'pages',
    'tokens',
    'sessions',
    'assertions',
    'request-objects',
    'cross-device',
  ],
  host: ['protocol', 'crypto', 'http', 'storage', 'contracts', 'claims'],
  'external-keys': ['protocol', 'crypto', 'http', 'storage', 'contracts', 'keys', 'host'],
  config: ['protocol', 'crypto', 'http', 'storage', 'contracts', 'claims', 'host'],
  server: [
    'protocol',
    'crypto',
    'http',
    'storage',
    'contracts',
    'policy',
    'metadata',
    'keys',
    'clients',
    'pages',
    'tokens',
    'authorization',
    'interaction',
    'grants',
    'endpoints',
    'host',
  ],
  node: ['http', 'host', 'server'],
  testing: ['protocol', 'storage', 'contracts'],
  presets: ['protocol', 'contracts', 'features', 'config'],
  'feature.ts': ['protocol', 'crypto', 'http', 'contracts', 'records', 'policy', 'pages', 'sessions'],
  'node.ts': ['node'],
  'pages.ts': ['protocol', 'http', 'contracts', 'policy', 'host', 'pages'],
  'handlers.ts': [],
  'provider-types.ts': ['storage', 'contracts', 'clients', 'consents', 'interaction', 'logout', 'handlers.ts'],
  'provider.ts': [
    'protocol',
    'http',
    'storage',
    'contracts',
    'metadata',
    'clients',
    'tokens',
    'consents',
    'interaction',
    'logout',
    'host',
    'config',
    'server',
    'handlers.ts',
    'provider-types.ts',
  ],
  tenants: [
    'protocol',
    'crypto',
    'http',
    'storage',
    'contracts',
    'host',
    'config',
    'server',
    'provider-types.ts',
    'provider.ts',
  ],
  'index.ts': [
    'protocol',
    'http',
    'storage',
    'contracts',
    'claims',
    'clients',
    'consents',
    'interaction',
    'logout',
    'host',
    'config',
    'server',
    'handlers.ts',
    'provider-types.ts',
    'provider.ts',
  ],
}

const sources = readSources()
const internal = sources.flatMap(({ path, folder, imports }) =>
  imports
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ path, folder, target: resolveImport(path, specifier) })),
)
const folderOf = (path: string): string => path.split('/')[0] as string

test('the architecture test reads the sources', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(internal.length).toBeGreaterThan(300)
})

describe('the layers of the folders', () => {
  test('every folder has a row in the table', () => {
    expect(
      [...new Set(sources.map(({ folder }) => folder))].filter((folder) => mayImport[folder] === undefined),
    ).toEqual([])
  })

  test.each(Object.keys(mayImport))('the folder %s imports only the folders that its row names', (folder) => {
    const allowed = new Set([folder, ...(mayImport[folder] ?? [])])
    const wrong = internal
      .filter((one) => one.folder === folder && !allowed.has(folderOf(one.target)))
      .map(({ path, target }) => `${path} -> ${target}`)
    expect(wrong).toEqual([])
  })

  test('a row names only folders above it, so that no cycle is possible', () => {
    const order = Object.keys(mayImport)
    for (const [index, folder] of order.entries()) {
      for (const target of mayImport[folder] ?? [])
        expect([folder, order.indexOf(target) < index]).toEqual([folder, true])
    }
  })

  test('a row names only folders that are imported', () => {
    const unneeded = Object.entries(mayImport).flatMap(([folder, targets]) =>
      sources.some((source) => source.folder === folder)
        ? targets
            .filter((target) => !internal.some((one) => one.folder === folder && folderOf(one.target) === target))
            .map((target) => `${folder} -> ${target}`)
        : [],
    )
    expect(unneeded).toEqual([])
  })

  test('no public entry but a preset imports a feature, and no feature imports another', () => {
    const wrong = internal.filter(({ path, folder, target }) => {
      if (folderOf(target) !== 'features' || folder === 'presets') return false
      return folder !== 'features' || path.split('/')[1] !== target.split('/')[1]
    })
    expect(wrong).toEqual([])
  })

  test('a bundle without features contains no module that only features use', () => {
    const edges = new Map(sources.map(({ path, runtimeImports }) => [path, runtimeImports]))
    const reached = new Set<string>()
    const visit = (path: string): void => {
      if (reached.has(path)) return
      reached.add(path)
      for (const specifier of edges.get(path) ?? []) {
        if (specifier.startsWith('.')) visit(resolveImport(path, specifier))
      }
    }
    visit('index.ts')
    expect(reached.has('http/outbound.ts')).toBe(true)
    const forFeatures = ['clients/jwks.ts', 'keys/client-keys.ts', 'keys/client-signature.ts', 'policy/clock-skew.ts']
    expect([...reached].filter((path) => path.startsWith('features/') || forFeatures.includes(path))).toEqual([])
    expect(forFeatures.every((path) => edges.has(path))).toBe(true)
  })

  test('every import names an existing file with its extension', () => {
    const paths = new Set(sources.map(({ path }) => path))
    expect(internal.filter(({ target }) => !paths.has(target))).toEqual([])
  })

  test('no file imports an index file', () => {
    const wrong = internal.filter(({ target, path }) => target.endsWith('index.ts') && !path.endsWith('index.ts'))
    expect(wrong).toEqual([])
  })
})

/** Returns an import cycle through a file, if there is one. */
function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path]
    if (done.has(path)) return undefined
    for (const target of edges.get(path) ?? []) {
      const cycle = visit(target, [...trail, path])
      if (cycle !== undefined) return cycle
    }
    done.add(path)
    return undefined
  }
  for (const path of edges.keys()) {
    const cycle = visit(path, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

describe('cycles of imports', () => {
  const relative = (path: string, specifiers: readonly string[]): readonly string[] =>
    specifiers.filter((specifier) => specifier.startsWith('.')).map((specifier) => resolveImport(path, specifier))

  test('no module imports itself through others', () => {
    const edges = new Map(sources.map(({ path, runtimeImports }) => [path, relative(path, runtimeImports)]))
    expect([...edges.values()].flat().length).toBeGreaterThan(150)
    expect(findCycle(edges)).toBeUndefined()
  })

  test('only contracts/ has cycles of types, since the context holds functions that take it', () => {
    const edges = new Map(
      sources.map(({ path, folder, imports }) => [
        path,
        relative(path, imports).filter((target) => folder !== 'contracts' || folderOf(target) !== 'contracts'),
      ]),
    )
    expect(findCycle(edges)).toBeUndefined()
  })

  test('the search finds a cycle', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ])
    expect(findCycle(edges)).toEqual(['b', 'd', 'b'])
  })
})

describe('dependencies', () => {
  const external = sources.flatMap(({ path, imports }) =>
    imports.filter((specifier) => !specifier.startsWith('.')).map((specifier) => ({ path, specifier })),
  )

  /** The packages that one feature needs. Whoever uses the feature installs them. */
  const ofFeatures: Readonly<Record<string, string>> = {
    '@peculiar/asn1-schema': 'features/mutual-tls/',
    '@peculiar/asn1-x509': 'features/mutual-tls/',
  }

  test('the core imports only jose and valibot, and a feature may import what its users install', () => {
    const own = external.filter(({ specifier }) => !Object.hasOwn(ofFeatures, specifier))
    expect([...new Set(own.map(({ specifier }) => specifier))].sort()).toEqual(['jose', 'valibot'])
    for (const [specifier, folder] of Object.entries(ofFeatures)) {
      const paths = external.filter((one) => one.specifier === specifier).map(({ path }) => path)
      expect(paths).not.toEqual([])
      expect(paths.filter((path) => !path.startsWith(folder))).toEqual([])
    }
  })

  test('only folders with keys and signatures import jose, and only folders that parse import valibot', () => {
    const folders = (name: string): readonly string[] =>
      [...new Set(external.filter(({ specifier }) => specifier === name).map(({ path }) => folderOf(path)))].sort()
    expect(folders('jose')).toEqual(['crypto', 'keys'])
    // contracts needs it for what features add: client metadata and their own options.
    expect(folders('valibot')).toEqual([
      'assertions',
      'clients',
      'config',
      'contracts',
      'features',
      'presets',
      'tenants',
    ])
  })

  test('jose and valibot are the only dependencies of the package', () => {
    const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['jose', 'valibot'])
    for (const kind of ['optionalDependencies', 'bundledDependencies']) expect(manifest[kind]).toBeUndefined()
    expect(Object.keys(manifest.peerDependencies).sort()).toEqual(Object.keys(ofFeatures))
    for (const name of Object.keys(ofFeatures)) expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true })
    expect(manifest.sideEffects).toBe(false)
  })
})
