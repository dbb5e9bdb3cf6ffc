import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')

test('no declaration imports a driver, so an application compiles without @types of one', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kysely-declarations-'))
  try {
    const project = join(import.meta.dirname, '../tsconfig.build.json')
    execFileSync(process.execPath, [
      compiler,
      '-p',
      project,
      '--declaration',
      '--emitDeclarationOnly',
      '--outDir',
      folder,
    ])
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'))
    expect(files).toContain(join('sqlite', 'index.d.ts'))
    const imported = files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import\()\s*'([^.'][^']*)'/g)].map(
        ([, name]) => name,
      ),
    )
    expect([...new Set(imported)].filter((name) => !/^(?:kysely|@oauth\/core)(?:\/|$)/.test(name ?? ''))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
