import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly scripts?: Readonly<Record<string, string>>
  readonly keywords?: readonly string[]
  readonly homepage?: string
  readonly repository?: unknown
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const root = join(import.meta.dirname, '..')
const read = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
const folders = ['packages', 'examples'].flatMap((group) =>
  readdirSync(join(root, group))
    .map((name) => `${group}/${name}`)
    .filter((folder) => existsSync(join(root, folder, 'package.json'))),
)
const members = new Map(folders.map((folder) => [read(folder).name, { folder, manifest: read(folder) }]))

describe('published packages', () => {
  const published = [...members.values()].filter(({ manifest }) => manifest.private !== true)

  test('ten packages are published', () => expect(published).toHaveLength(10))

  test.each(published)('$folder has a homepage, its folder of the repository, and keywords', ({ folder, manifest }) => {
    expect(manifest.repository).toEqual({
      type: 'git',
      url: 'git+https://github.com/oauth-ts/oauth.git',
      directory: folder,
    })
    expect(manifest.homepage).toBe(`https://github.com/oauth-ts/oauth/tree/main/${folder}#readme`)
    expect(manifest.keywords).toContain('oauth')
    expect(manifest.keywords?.length).toBeGreaterThan(3)
  })
})

describe('what `pnpm start` installs', () => {
  const started = ['@oauth/example-server', '@oauth/example-cli']
  const reached = new Set<string>()
  const visit = (name: string): void => {
    const member = members.get(name)
    if (member === undefined || reached.has(name)) return
    reached.add(name)
    for (const next of Object.keys(member.manifest.dependencies ?? {})) visit(next)
  }
  for (const name of started) visit(name)
  const dependencies = { ...read('.').dependencies }
  const demanded = [...reached].map((name) => ({ name, manifest: members.get(name)?.manifest }))

  test('`pnpm start` names the example server and the command-line program, and no other example', () => {
    expect(read('.').scripts?.start).toContain('scripts/install.mjs server cli &&')
  })

  test.each(demanded)('the root of the workspace has what $name has as peers, in the same versions', ({ manifest }) => {
    // `pnpm start` installs no dev dependencies, and so the peers of a package come from the root.
    const own = { ...manifest?.dependencies, ...manifest?.devDependencies }
    for (const peer of Object.keys(manifest?.peerDependencies ?? {})) {
      // The core loads a peer only with the feature that needs it, and the example has none of these features.
      if (manifest?.name === '@oauth/core') continue
      expect(dependencies[peer], `${peer} is missing in the dependencies of the root`).toBe(own[peer])
    }
  })

  test('`pnpm start` installs no framework, runtime, browser driver, database server or tool of the tests', () => {
    const installed = new Set([
      ...Object.keys(dependencies),
      ...demanded.flatMap(({ manifest }) => Object.keys(manifest?.dependencies ?? {})),
    ])
    const external = [...installed].filter((name) => !name.startsWith('@oauth/')).sort()
    expect(external).toEqual([
      '@hono/node-server',
      'better-sqlite3',
      'hono',
      'jose',
      'kysely',
      'oauth4webapi',
      'openid-client',
      'pg',
      'tsx',
      'uqr',
      'valibot',
    ])
  })
})
