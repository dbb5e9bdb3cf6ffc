import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { languages } from '../checks/interop/src/languages.ts'
import { readResults } from '../checks/interop/src/results.ts'
import { table } from '../checks/interop/src/rows.ts'
import { parseOptions } from '../packages/core/src/config/schema.ts'
import { memoryStorage } from '../packages/core/src/memory/index.ts'
import { optionsPage } from '../scripts/options-reference.ts'
import { filesIn } from './files-in.ts'
import { anchorsIn, linksIn, samplesIn } from './markdown.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readmes = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .map((name) => join(folder, name, 'README.md'))
    .filter((path) => existsSync(join(root, path)))

const docs = filesIn('docs', /\.md$/)
const ofTheRoot = ['README.md', 'AGENTS.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md']
const pages = [...ofTheRoot, ...docs, ...readmes('packages'), ...readmes('examples')]

describe('docs/options.md', () => {
  test('docs/options.md has every option of the schema, and no other', () => {
    const entries = /const optionEntries = \{\n([\s\S]*?)\n\} satisfies/.exec(
      read('packages/core/src/config/schema.ts'),
    )?.[1]
    const names = [...(entries ?? '').matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)
    const documented = [...read(optionsPage).matchAll(/^### `(\w+)`$/gm)].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(50)
    expect(documented.toSorted()).toEqual(names.toSorted())
  })

  test('docs/options.md states the defaults of the schema', () => {
    const parsed: Readonly<Record<string, unknown>> = {
      ...parseOptions({
        baseUrl: 'https://id.example.com',
        secret: 'x'.repeat(32),
        storage: memoryStorage(),
        authentication: { getSession: () => undefined, getUser: () => undefined },
      }),
    }
    const told = [...read(optionsPage).matchAll(/^### `(\w+)`\n\n(?:(?!^#).*\n)*?Default: ((?:`[^`]*`(?:, )?)+)/gm)]
    expect(told.length).toBeGreaterThan(20)
    for (const [, name = '', list = ''] of told) {
      if (parsed[name] === undefined) continue
      const values = [...list.matchAll(/`([^`]*)`/g)].map(([, value]) => value)
      expect([parsed[name]].flat().map(String), name).toEqual(values)
    }
  })
})

describe('links between pages', () => {
  test.each(pages)('every link of %s leads to an existing file and heading', (page) => {
    const own = read(page)
    for (const link of linksIn(own)) {
      if (/^[a-z]+:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), decodeURIComponent(path))
      expect(existsSync(join(root, target)), `${link} leads nowhere`).toBe(true)
      if (anchor !== undefined && target.endsWith('.md')) {
        expect(anchorsIn(read(target)).has(anchor), `${link}: there is no such heading`).toBe(true)
      }
    }
  })
})

describe('docs/README.md', () => {
  test('docs/README.md links to every page in docs/', () => {
    const linked = new Set(linksIn(read('docs/README.md')).map((link) => join('docs', link.split('#')[0] ?? '')))
    const own = docs.filter((page) => dirname(page) === 'docs' && page !== 'docs/README.md')
    expect(own.filter((page) => !linked.has(page))).toEqual([])
  })

  test.each(['docs/guides', 'docs/reference'])('%s/README.md links to every page beside it', (folder) => {
    const linked = new Set(linksIn(read(`${folder}/README.md`)).map((link) => join(folder, link.split('#')[0] ?? '')))
    const own = docs.filter((page) => dirname(page) === folder && page !== `${folder}/README.md`)
    expect(own.length).toBeGreaterThan(8)
    expect(own.filter((page) => !linked.has(page))).toEqual([])
  })
})

describe('docs/security.md', () => {
  test('docs/security.md names only security cases that are in the title of a test', () => {
    // Remove lines of the seed's tests, as in `(seed B13, B14)`: they are no security cases.
    const titles = ['packages', 'examples', 'test']
      .flatMap((folder) => filesIn(folder, /\.test\.ts$/))
      .flatMap((path) => read(path).split('\n'))
      .map((line) => /(?:(?:test|describe)\S*\(|^\s*['`]).*/.exec(line)?.[0].replaceAll(/\(seed [^)]*\)/g, '') ?? '')
    const inTitles = new Set(titles.flatMap((title) => title.match(/(?<!seed )\b[A-H]\d\d\b/g) ?? []))
    const named = new Set(read('docs/security.md').match(/\b[A-H]\d\d\b/g))
    expect(named.size).toBeGreaterThan(30)
    expect([...named].filter((id) => !inTitles.has(id))).toEqual([])
  })
})

/** Returns the path at the beginning of a sample that quotes a file. Such a sample must be in that file. */
const quotedFile = (code: string): string | undefined => /^(?:\/\/|#) (\S+\/\S+\.\w+)\n/.exec(code)?.[1]

describe('quotations', () => {
  const quoted = ['README.md', ...docs].flatMap((page) =>
    samplesIn(read(page)).flatMap(({ code, line }) => {
      const file = quotedFile(code)
      return file === undefined ? [] : [{ place: `${page}:${line}`, file, text: code.slice(code.indexOf('\n') + 1) }]
    }),
  )

  test('the README and docs/ have more than eight samples that quote a file', () =>
    expect(quoted.length).toBeGreaterThan(8))

  test.each(quoted)('the sample at $place is in $file, character by character', ({ file, text }) => {
    expect(read(file)).toContain(text)
  })
})

describe('docs/clients.md', () => {
  test('the table shows what the programs of checks/interop did when they last ran', () => {
    const shown = /<!-- interop -->\n\n([\s\S]*?)\n\n<!-- \/interop -->/.exec(read('docs/clients.md'))?.[1]
    expect(shown).toBe(table(languages.flatMap(readResults)))
  })
})

describe('samples', () => {
  // Write the samples below an example that has the imported modules: the root of the workspace does not have them.
  const folder = mkdtempSync(join(root, 'examples/server/node_modules/.docs-samples-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('the samples in docs/ type-check against the packages', { timeout: 120_000 }, () => {
    const places = new Map<string, { readonly page: string; readonly line: number }>()
    for (const page of ['README.md', ...docs]) {
      samplesIn(read(page)).forEach(({ language, code, line }, index) => {
        if (language !== 'ts' || quotedFile(code) !== undefined) return
        const name = `${page.replaceAll(/[^a-zA-Z0-9]+/g, '-')}-${index}.ts`
        places.set(name, { page, line })
        writeFileSync(join(folder, name), code + importsOf(code))
      })
    }
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        rewriteRelativeImportExtensions: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
        paths: {
          '@oauth/resource-server': [join(root, 'packages/resource-server/src/index.ts')],
          ...Object.fromEntries(
            ['express', 'hono', 'next'].flatMap((adapter) => [
              [`@oauth/${adapter}`, [join(root, `packages/${adapter}/src/index.ts`)]],
              [`@oauth/${adapter}/resource-server`, [join(root, `packages/${adapter}/src/resource-server.ts`)]],
            ]),
          ),
          express: [join(root, 'packages/express/node_modules/@types/express/index.d.ts')],
          libsql: [join(root, 'packages/kysely/node_modules/libsql/types/index.d.ts')],
        },
      },
      files: [
        ...places.keys(),
        // The modules of runtimes that the types of Node 20 do not have.
        join(root, 'packages/runtimes/src/sqlite-modules.d.ts'),
        join(root, 'examples/hono-bun/src/bun.d.ts'),
      ],
      include: [],
      exclude: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const said = stdout.replaceAll(/^(\S+)\((\d+),(\d+)\)/gm, (all, name: string, row: string, column: string) => {
      const place = places.get(name)
      return place === undefined ? all : `${place.page}:${place.line + Number(row) - 1}:${column}`
    })
    expect(places.size).toBeGreaterThan(20)
    expect(said).toBe('')
    expect(status).toBe(0)
  })
})

/** Returns the imports from `docs-samples.ts` for a sample. They go to its end, so that line numbers stay the same. */
function importsOf(code: string): string {
  const names = [...read('test/docs-samples.ts').matchAll(/^export declare (?:const|function) (\w+)/gm)].map(
    ([, name = '']) => name,
  )
  const missing = names.filter((name) => {
    const own = new RegExp(`^(?:export )?(?:const|let|async function|function|import)\\b[^=(]*\\b${name}\\b`, 'm')
    return new RegExp(`\\b${name}\\b`).test(code) && !own.test(code)
  })
  return `\nimport { ${missing.join(', ')} } from '${join(root, 'test/docs-samples.ts')}'\nexport {}\n`
}
