import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const packages = join(import.meta.dirname, '../packages')

/** Returns the packages that a file imports, by itself and through its own package. */
function importsOf(file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  const found = new Set<string>()
  seen.add(file)
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export|\}).* from '([^']+)'$/gm)) {
    if (!specifier.startsWith('.')) found.add(specifier)
    else if (!seen.has(join(dirname(file), specifier))) {
      for (const inner of importsOf(join(dirname(file), specifier), seen)) found.add(inner)
    }
  }
  return found
}

describe.each(['express', 'hono', 'next'])('the entries of @oauth/%s', (adapter) => {
  const entry = (name: string): ReadonlySet<string> => importsOf(join(packages, adapter, 'src', name))

  test('the main entry imports nothing of the resource server, so a host of the provider need not install it', () => {
    expect(entry('index.ts')).toContain('@oauth/core')
    expect(entry('index.ts')).not.toContain('@oauth/resource-server')
  })

  test('the entry resource-server imports nothing of the core, so an API need not install it', () => {
    expect(entry('resource-server.ts')).toContain('@oauth/resource-server')
    expect(entry('resource-server.ts')).not.toContain('@oauth/core')
  })

  test('both packages are optional peers', () => {
    const manifest = JSON.parse(readFileSync(join(packages, adapter, 'package.json'), 'utf8'))
    for (const name of ['@oauth/core', '@oauth/resource-server']) {
      expect(manifest.peerDependencies[name]).toBe('workspace:^')
      expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true })
    }
  })
})
