import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readApi } from '../src/api.ts'
import { compareSize } from '../src/bundle-size.ts'
import { type Bundle, bundle, entriesWithSideEffects } from '../src/bundles.ts'
import { type Entry, entriesOf } from '../src/entries.ts'
import { baseFaults } from '../src/features.ts'
import type { Packed } from '../src/pack.ts'
import type { Manifest } from '../src/public-packages.ts'
import { tarballFaults } from '../src/tarball.ts'
import { unnamedTypes } from '../src/unnamed-types.ts'

type Files = Readonly<Record<string, string>>

const directory = mkdtempSync(join(tmpdir(), 'oauth-consumer-test-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const manifest = {
  name: '@oauth/sample',
  version: '1.0.0',
  description: 'A sample',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=20' },
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
}
const files: Files = {
  'README.md': 'See [the licence](LICENSE) and [a page](https://example.com).',
  LICENSE: 'MIT License',
  'package.json': '{}',
  'src/index.ts': 'export const answer: number = 42',
  'dist/index.d.ts': 'export declare const answer: number;',
  'dist/index.js': 'export const answer = 42;',
  'dist/index.js.map': '{"sources":["../src/index.ts"]}',
}

/** A package that is installed in a project of its own. */
function sample(changes: Readonly<Record<string, string | undefined>> = {}, members: object = {}): Packed {
  const project = mkdtempSync(join(directory, 'project-'))
  const folder = join(project, 'node_modules/@oauth/sample')
  const own: Manifest = { ...manifest, ...members }
  const contents = Object.entries({ ...files, ...changes, 'package.json': JSON.stringify(own) })
  const written = contents.filter((entry): entry is [string, string] => entry[1] !== undefined)
  for (const [file, text] of written) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const source = { name: own.name, folder, manifest: own }
  return { name: own.name, source, tarball: '', folder, manifest: own, files: new Set(written.map(([file]) => file)) }
}

const projectOf = ({ folder }: Packed) => ({ folder: join(folder, '../../..'), dependencies: [] })

describe('a tarball', () => {
  test('a complete tarball is accepted', () => {
    expect(tarballFaults(sample())).toEqual([])
  })

  test.each<[string, Readonly<Record<string, string | undefined>>, object, string]>([
    ['without README', { 'README.md': undefined }, {}, 'README.md is missing'],
    ['without LICENSE', { LICENSE: undefined }, {}, 'LICENSE is missing'],
    ['without a file that exports names', { 'dist/index.d.ts': undefined }, {}, 'dist/index.d.ts is missing'],
    ['without a source', { 'src/index.ts': undefined }, {}, 'dist/index.js.map: there is no src/index.ts'],
    ['without a source map', { 'dist/index.js.map': undefined }, {}, 'dist/index.js has no map'],
    ['with a script of a source that is gone', { 'dist/old.js': '' }, {}, 'dist/old.js has no source'],
    ['with a test', { 'test/a.test.ts': '' }, {}, 'test/a.test.ts has no business there'],
    ['with a link out of the package', { 'README.md': '[up](../../README.md)' }, {}, '../../README.md'],
    ['with a range of the workspace', {}, { dependencies: { '@oauth/core': 'workspace:^' } }, 'range of @oauth/core'],
    ['with side effects', {}, { sideEffects: undefined }, 'sideEffects is not false'],
  ])('a tarball %s is refused', (_title, changes, members, fault) => {
    expect(tarballFaults(sample(changes, members)).join('\n')).toContain(fault)
  })
})

describe('entries', () => {
  test('entries for a pattern in exports are listed one by one', () => {
    const pattern = { './features/*': { types: './dist/features/*/index.d.ts', default: './dist/features/*/index.js' } }
    const features = { 'dist/features/dpop/index.js': '', 'dist/features/dpop/parts/index.js': '' }
    expect(entriesOf(sample(features, { exports: pattern }))).toEqual([
      {
        specifier: '@oauth/sample/features/dpop',
        subpath: './features/dpop',
        types: 'dist/features/dpop/index.d.ts',
        script: 'dist/features/dpop/index.js',
      },
    ])
    expect(entriesOf(sample({}, { exports: pattern }))).toEqual([])
  })

  test('entries with an unknown condition are refused', () => {
    const target = { types: './dist/index.d.ts', browser: './dist/browser.js', default: './dist/index.js' }
    expect(() => entriesOf(sample({}, { exports: { '.': target } }))).toThrow('not { types, default } alone')
  })
})

describe('public names', () => {
  const unnamed = (declarations: Files): readonly string[] => {
    const packed = sample(declarations)
    return unnamedTypes(readApi(projectOf(packed).folder, entriesOf(packed)))
  }
  const inner =
    'export interface Answer { readonly reason: Reason }\nexport interface Reason { readonly text: string }\n'

  test('the return type of a function, and the types of its members, need public names', () => {
    const index = `import type { Answer } from './inner.ts'\nexport declare function ask(): Promise<Answer>\n`
    expect(unnamed({ 'dist/index.d.ts': index, 'dist/inner.d.ts': inner })).toEqual([
      '@oauth/sample Answer, from @oauth/sample ask',
      '@oauth/sample Reason, from @oauth/sample Answer',
    ])
  })

  test('a base, a parameter, a type argument and the target of typeof need public names', () => {
    const index = `interface Base {}
declare const table: { readonly row: Row }
interface Row {}
interface Options {}
export interface Public extends Base {}
export declare const rows: typeof table
export declare function make<Input extends Options>(input: Input): void
export {}
`
    const found = unnamed({ 'dist/index.d.ts': index }).map((line) => line.split(',')[0])
    expect(found.toSorted()).toEqual(['@oauth/sample Base', '@oauth/sample Options', '@oauth/sample Row'])
  })

  test('a type that an entry exports has a public name', () => {
    const index = `import type { Answer } from './inner.ts'
export type { Answer, Reason } from './inner.ts'
export declare function ask(): Promise<Answer>
`
    expect(unnamed({ 'dist/index.d.ts': index, 'dist/inner.d.ts': inner })).toEqual([])
  })
})

describe('bundles', () => {
  const entries: readonly Entry[] = entriesOf(sample())

  test('a bundle keeps the side effects of a package, unless the package declares that it has none', async () => {
    const script = { 'dist/index.js': 'globalThis.loaded = true; export const answer = 42' }
    expect(await entriesWithSideEffects(projectOf(sample(script)), entries)).toEqual([])
    const honest = projectOf(sample(script, { sideEffects: undefined }))
    expect(await entriesWithSideEffects(honest, entries)).toHaveLength(1)
  })

  test('a bundle of the base with a module or a word of a feature is refused', async () => {
    const base = await bundle(projectOf(sample()), `export { answer } from '@oauth/sample'`)
    expect(baseFaults(base)).toEqual([])
    const other = (change: Partial<Bundle>) => baseFaults({ ...base, ...change })
    const module = 'node_modules/@oauth/core/dist/features/dpop/index.js'
    expect(other({ inputs: new Map([[module, 1]]) })).toEqual([`the base holds ${module}`])
    expect(other({ text: 'x="backchannel_logout_supported"' })).toEqual([
      `the base says backchannel_logout_supported, which is back-channel-logout's`,
    ])
  })

  test('a bundle may shrink, or grow by 5 %', () => {
    const before = { raw: 1000, gzip: 100 }
    expect(compareSize(before, before)).toBe('1000 bytes as committed, gzip 100 bytes as committed')
    expect(compareSize({ raw: 1050, gzip: 80 }, before)).toBe(
      '1050 bytes (+50, +5.00 %), gzip 80 bytes (-20, -20.00 %)',
    )
    expect(() => compareSize({ raw: 1051, gzip: 100 }, before)).toThrow('grown')
    expect(() => compareSize({ raw: 1000, gzip: 106 }, before)).toThrow('grown')
    expect(() => compareSize(before, undefined)).toThrow('no figure')
  })
})
