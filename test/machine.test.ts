import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findChromium } from './machine/chromium.ts'
import { gapsOf, missingParts } from './machine/report.ts'

test('on a machine without servers and a browser, the report names each missing part and its variable', () => {
  expect(missingParts({ PATH: '/nowhere' })).toEqual(
    process.platform === 'darwin'
      ? expect.arrayContaining(['PostgreSQL (POSTGRES_URL)'])
      : [
          'PostgreSQL (POSTGRES_URL)',
          'two PostgreSQL servers (POSTGRES_BIN)',
          'MariaDB or MySQL (MYSQL_URL)',
          'Redis (redis-server on the PATH)',
          'Chromium (CHROMIUM_PATH)',
        ],
  )
  const folder = mkdtempSync(join(tmpdir(), 'oauth-machine-'))
  try {
    writeFileSync(join(folder, 'redis-server'), '')
    const servers = { POSTGRES_URL: 'postgres://db', MYSQL_URL: 'mysql://db', POSTGRES_BIN: '/programs', PATH: folder }
    expect(missingParts({ ...servers, CHROMIUM_PATH: process.execPath })).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('findChromium finds a Chromium on the PATH, and prefers CHROMIUM_PATH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-chromium-'))
  try {
    const path = join(folder, 'chromium')
    writeFileSync(path, '')
    expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(path)
    expect(findChromium({ PATH: folder, CHROMIUM_PATH: '/nowhere/chrome' })).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('the report names each test file that ran no test or skipped one', () => {
  const files = [
    { path: 'whole.test.ts', states: ['passed', 'failed'] },
    { path: 'empty.test.ts', states: [] },
    { path: 'left-out.test.ts', states: ['skipped', 'skipped'] },
    { path: 'partial.test.ts', states: ['passed', 'skipped'] },
  ]
  expect(gapsOf(files)).toEqual([
    'empty.test.ts ran no test',
    'left-out.test.ts ran no test',
    'partial.test.ts skipped 1 of 2 tests',
  ])
})
