import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tenantStorage } from '@oauth/core/tenants'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { type Host, startHost } from '../support/host.ts'
import { folderWith, runCli } from '../support/run-cli.ts'

const redirect = ['--redirect-uri', 'https://notes.example.com/callback']

/** Two tenants on one file, with a client of the same id and keys in each. */
async function twoTenants(): Promise<Host> {
  const host = await startHost('tenants')
  for (const tenant of ['acme', 'globex']) {
    await host.json(
      'client',
      'create',
      '--tenant',
      tenant,
      '--id',
      'notes',
      '--name',
      `Notes of ${tenant}`,
      ...redirect,
    )
    await host.json('keys', 'rotate', '--tenant', tenant)
  }
  return host
}

/** Gives a user two grants in each tenant, with the same ids, which takes a browser otherwise. */
async function giveGrants({ env }: Host): Promise<void> {
  const storage = sqliteStorage(env.DATABASE ?? '')
  const now = Math.floor(Date.now() / 1000)
  for (const tenant of ['acme', 'globex']) {
    for (const id of ['g1', 'g2']) {
      const grant = {
        ...{ id, clientId: 'notes', userId: 'ada', scope: ['openid'], resources: [], offline: false },
        ...{ createdAt: now, expiresAt: now + 3600 },
      }
      await tenantStorage(storage, tenant).grants.commit({ grant })
    }
  }
  await storage.close()
}

/** Returns every row of a tenant, of all tables. */
function rowsOf({ env }: Host, tenant: string): readonly string[] {
  const database = new Database(env.DATABASE)
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").pluck().all()
    return tables
      .flatMap((table) => database.prepare(`select * from "${table}"`).all())
      .filter((row) => Object.values(row as object).some((value) => String(value).startsWith(`${tenant}:`)))
      .map((row) => JSON.stringify(row))
      .sort()
  } finally {
    database.close()
  }
}

test('every command that changes something changes the rows of one tenant, and none of another', {
  timeout: 180_000,
}, async () => {
  const host = await twoTenants()
  await giveGrants(host)
  const others = rowsOf(host, 'globex')
  expect(others.length).toBeGreaterThan(1)
  let before = rowsOf(host, 'acme')
  for (const command of [
    ['client', 'create', '--id', 'second', ...redirect],
    ['client', 'rotate-secret', 'notes'],
    ['client', 'disable', 'notes'],
    ['client', 'enable', 'notes'],
    ['grants', 'revoke', 'g1', '--yes'],
    ['grants', 'revoke', '--user', 'ada', '--yes'],
    ['keys', 'rotate', '--drop-previous', '--yes'],
    ['client', 'delete', 'notes', '--yes'],
  ]) {
    await host.json(...command, '--tenant', 'acme')
    const after = rowsOf(host, 'acme')
    expect(after, command.join(' ')).not.toEqual(before)
    expect(rowsOf(host, 'globex'), command.join(' ')).toEqual(others)
    before = after
  }
  for (const command of [['purge'], ['report', 'mcp']]) {
    await host.run(...command, '--tenant', 'acme')
    expect(rowsOf(host, 'globex'), command.join(' ')).toEqual(others)
  }
  const { grants } = await host.json('grants', 'list', '--user', 'ada', '--tenant', 'globex')
  expect((grants as { id: string }[]).map(({ id }) => id).sort()).toEqual(['g1', 'g2'])
  // The client of the other tenant with the same id is still there.
  expect((await host.run('client', 'show', 'notes', '--tenant', 'acme')).code).toBe(1)
  expect(await host.json('client', 'show', 'notes', '--tenant', 'globex')).toMatchObject({
    client_id: 'notes',
    client_name: 'Notes of globex',
  })
})

test('a command shows what one tenant has', async () => {
  const host = await twoTenants()
  await host.json('client', 'create', '--tenant', 'acme', '--id', 'only-here', ...redirect)
  const ids = async (tenant: string) =>
    ((await host.json('client', 'list', '--tenant', tenant)).clients as { client_id: string }[]).map(
      ({ client_id }) => client_id,
    )
  expect(await ids('acme')).toEqual(['notes', 'only-here'])
  expect(await ids('globex')).toEqual(['notes'])
  const keysOf = async (tenant: string) => JSON.stringify((await host.json('keys', 'list', '--tenant', tenant)).keys)
  expect(await keysOf('acme')).not.toBe(await keysOf('globex'))
  expect((await host.run('report', 'oauth2.1', '--tenant', 'globex')).output).toMatch(
    /^OAuth 2\.1: https:\/\/globex\.auth\.example\.com\/auth\n/,
  )
})

test('an import goes into one tenant', async () => {
  const host = await startHost('tenants')
  const row = {
    client_id: 'old',
    client_secret: 'the-secret-of-the-other-server-0123456789',
    redirect_uris: [redirect[1]],
  }
  const payload = JSON.stringify({ client: { id: 'old', payload: row } })
  writeFileSync(join(host.directory, 'rows.jsonl'), `${payload}\n`)
  const from = ['import', 'oidc-provider', '--from', 'rows.jsonl', '--registered-by', 'server']
  expect((await host.run(...from)).code).toBe(2)
  expect(await host.json(...from, '--tenant', 'acme')).toMatchObject({ clients: { imported: 1 } })
  expect((await host.run('client', 'show', 'old', '--tenant', 'acme')).code).toBe(0)
  expect((await host.run('client', 'show', 'old', '--tenant', 'globex')).code).toBe(1)
})

test.each([
  ['client', 'list'],
  ['client', 'create', ...redirect],
  ['client', 'delete', 'notes', '--yes'],
  ['keys', 'list'],
  ['grants', 'list', '--user', 'u'],
  ['report', 'mcp'],
])('without --tenant, %s %s has the exit code 2 and names the command that lists tenants', async (...command) => {
  const host = await startHost('tenants')
  const { code, output, errors } = await host.run(...command)
  expect([code, output]).toEqual([2, ''])
  expect(errors).toContain('exports many tenants: name one with --tenant <id>. oauth tenant list shows')
})

test.each([
  ['absent', 'there is no tenant absent: options of createTenants answers undefined for it. oauth tenant list'],
  ['ACME', 'there is no tenant ACME'],
  ['acme:', 'there is no tenant acme:'],
  ['', 'there is no tenant '],
  ['broken', 'the options of the tenant broken cannot be used: the settings cannot be read'],
])('the tenant %j has the exit code 1, and standard error says why', async (tenant, problem) => {
  const host = await startHost('tenants')
  const { code, output, errors } = await host.run('client', 'list', '--tenant', tenant)
  expect([code, output, errors]).toEqual([1, '', expect.stringContaining(problem)])
})

test('--tenant beside a module with one provider has the exit code 2, and changes nothing', async () => {
  const host = await startHost()
  const { code, errors } = await host.run('client', 'create', '--tenant', 'acme', ...redirect)
  expect([code, errors]).toEqual([2, expect.stringContaining('exports one provider: leave it out')])
  expect(await host.json('client', 'list')).toEqual({ clients: [] })
})

test('tenant list shows the tenants with clients or keys, and says where that cannot be told', {
  timeout: 180_000,
}, async () => {
  const host = await twoTenants()
  await host.json('keys', 'rotate', '--tenant', 'new')
  expect(await host.json('tenant', 'list')).toEqual({ tenants: ['acme', 'globex', 'new'] })
  expect((await host.run('tenant', 'list')).output).toBe('TENANT\nacme\nglobex\nnew\n')
  expect((await (await startHost('tenants')).run('tenant', 'list')).output).toBe('No tenant has clients or keys yet.\n')
  const one = await (await startHost()).run('tenant', 'list')
  expect([one.code, one.errors]).toEqual([1, expect.stringContaining('exports one provider, which has no tenants')])
  const module = 'export const tenants = { issuer: "", provider() {}, deleteTenant() {} }'
  const none = await runCli({ directory: folderWith({ 'oauth.config.mjs': module }) }, 'tenant', 'list')
  expect([none.code, none.errors]).toEqual([1, expect.stringContaining('does not export its storage')])
})

test('purge without --tenant deletes the expired rows of all tenants', { timeout: 180_000 }, async () => {
  const host = await twoTenants()
  const database = new Database(host.env.DATABASE)
  const insert = database.prepare('insert into oauth_revoked_jwts (jti, expires_at) values (?, 1)')
  for (const tenant of ['acme', 'globex']) insert.run(`${tenant}:jti`)
  database.close()
  // The rows of all tenants expire in one order, so a purge of one leaves them.
  expect(await host.json('purge', '--tenant', 'acme')).toEqual({ deleted: 0 })
  expect(await host.json('purge')).toEqual({ deleted: 2 })
})
