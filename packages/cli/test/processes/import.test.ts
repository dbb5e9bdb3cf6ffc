import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { storedByOidcProvider } from '../import/rows-of-oidc-provider.ts'
import { signIn } from '../import/sign-in.ts'
import { bundles } from '../support/bundles.ts'
import { type Host, startHost } from '../support/host.ts'
import { runCli } from '../support/run-cli.ts'

const none = { imported: 0, replaced: 0, unchanged: 0, conflict: 0, refused: 0 }
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../fixtures', name), 'utf8')

function databaseOf(host: Host, statements: string): string {
  const file = join(host.directory, 'foreign.db')
  const database = new Database(file)
  database.exec(statements)
  database.close()
  return file
}

const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

interface Report {
  readonly clients: typeof none
  readonly consents: typeof none
  readonly findings: readonly Readonly<Record<string, unknown>>[]
}

/** Runs an import with `--json`, which may be incomplete. */
async function importing(
  host: Host,
  ...args: readonly string[]
): Promise<Report & { readonly code: number; readonly output: string }> {
  const { code, output, errors } = await host.run('import', ...args, '--json')
  if (output === '') throw new Error(errors)
  return { ...(JSON.parse(output) as Report), code, output: output + errors }
}

describe('oauth import oidc-provider', () => {
  const userId = 'user-1'

  test('takes over what the real oidc-provider stored: the client signs its user in with its old secret, unasked', async () => {
    const host = await startHost()
    const { rows, client } = await storedByOidcProvider(userId)
    const all = rows.map((row) => (row.model === 'Client' ? { client: row } : { consent: row }))
    writeFileSync(join(host.directory, 'rows.jsonl'), lines(all))
    const args = ['oidc-provider', '--from', 'rows.jsonl', '--registered-by', 'anonymous'] as const

    const dry = await importing(host, ...args, '--dry-run')
    expect([dry.code, dry.clients.imported, dry.consents.imported]).toEqual([0, 1, 1])
    expect(await host.json('client', 'list')).toEqual({ clients: [] })

    const done = await importing(host, ...args)
    expect(done).toMatchObject({
      code: 0,
      clients: { ...none, imported: 1 },
      consents: { ...none, imported: 1 },
      findings: [],
    })
    expect(done.output).not.toContain(client.client_secret)
    expect(await host.json('client', 'show', client.client_id)).toMatchObject({
      client_name: 'Notes',
      registered_by: 'anonymous',
    })
    const again = await importing(host, ...args)
    expect(again).toMatchObject({ clients: { ...none, unchanged: 1 }, consents: { ...none, unchanged: 1 } })

    const imported = { ...client, redirectUri: 'https://notes.example.com/callback' }
    const file = host.env.DATABASE ?? ''
    expect(await signIn(file, userId, imported, 'openid profile')).toMatchObject({ scope: 'openid profile' })
    expect(await signIn(file, userId, imported, 'openid profile email')).toBe('consent page')
    expect(await signIn(file, 'user-2', imported, 'openid profile')).toBe('consent page')
    const wrong = { ...imported, client_secret: `${client.client_secret}x` }
    expect(await signIn(file, userId, wrong, 'openid profile')).toEqual({ error: 'invalid_client' })
  })

  test('reads clients and grants from one table of an SQLite file, as the examples of oidc-provider keep them', async () => {
    const host = await startHost()
    const { rows } = await storedByOidcProvider(userId)
    const file = databaseOf(host, 'create table payloads (id text, type integer, payload text, primary key (id, type))')
    const database = new Database(file)
    const types: Readonly<Record<string, number>> = { Client: 7, Grant: 13, RegistrationAccessToken: 9 }
    const insert = database.prepare('insert into payloads values (?, ?, ?)')
    for (const { model, id, payload } of rows) insert.run(id, types[model], JSON.stringify(payload))
    database.close()
    const tables = ['--clients', 'payloads', '--consents', 'payloads'] as const
    const report = await importing(host, 'oidc-provider', '--database', file, ...tables, '--registered-by', 'server')
    expect(report).toMatchObject({ code: 0, clients: { ...none, imported: 1 }, consents: { ...none, imported: 1 } })
  })

  test('refuses what cannot be carried over, client by client, and stores nothing of it', async () => {
    const host = await startHost()
    const secret = 'abcdefghijklmnopqrstuvwxyzABCDEF'
    const base = { client_secret: secret, redirect_uris: ['https://a.example.com/cb'] }
    const rows = [
      { ...base, client_id: 'implicit', grant_types: ['implicit'], response_types: ['id_token'] },
      {
        ...base,
        client_id: 'hybrid',
        grant_types: ['authorization_code', 'implicit'],
        response_types: ['code id_token'],
      },
      { ...base, client_id: 'http', redirect_uris: ['http://a.example.com/cb', 'https://a.example.com/cb'] },
      { ...base, client_id: 'short', client_secret: 'hunter2' },
      { ...base, client_id: 'keys', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } },
      { ...base, client_id: 'good' },
    ]
    writeFileSync(join(host.directory, 'rows.jsonl'), lines(rows.map((client) => ({ client }))))
    const args = ['oidc-provider', '--from', 'rows.jsonl', '--registered-by', 'server'] as const
    const report = await importing(host, ...args)
    expect([report.code, report.clients]).toEqual([1, { ...none, imported: 1, refused: 5 }])
    const text = (id: string) =>
      report.findings
        .filter(({ client_id }) => client_id === id)
        .map((one) => one.text)
        .join('\n')
    expect(text('implicit')).toContain('OAuth 2.1 does not have it')
    expect(text('hybrid')).toContain('code id_token: this server answers with code alone')
    expect(text('http')).toContain('http://a.example.com/cb: codes would be readable')
    expect(text('short')).toContain('fewer than 32 characters')
    expect(text('keys')).toContain('privateKeyJwt()')
    expect(report.output).not.toMatch(/hunter2|abcdefghijklmn/)
    expect((await host.json('client', 'list')).clients).toMatchObject([{ client_id: 'good' }])

    const reduced = await importing(host, ...args, '--reduced', '--without-secrets')
    expect([reduced.code, reduced.clients]).toEqual([1, { ...none, imported: 3, unchanged: 1, refused: 2 }])
    expect(await host.json('client', 'show', 'http')).toMatchObject({ redirect_uris: ['https://a.example.com/cb'] })
    expect(await host.json('client', 'show', 'hybrid')).toMatchObject({ grant_types: ['authorization_code'] })
    expect(reduced.findings).toContainEqual(
      expect.objectContaining({ client_id: 'short', result: 'note', text: expect.stringContaining('rotate-secret') }),
    )
  })

  test('demands to be told who registered the clients', async () => {
    const host = await startHost()
    writeFileSync(join(host.directory, 'rows.jsonl'), lines([{ client: { client_id: 'a' } }]))
    const { code, findings } = await importing(host, 'oidc-provider', '--from', 'rows.jsonl')
    expect([code, findings]).toMatchObject([1, [{ text: expect.stringContaining('--registered-by') }]])
  })
})

describe('oauth import better-auth', () => {
  const userId = 'TCPYveeygnaxZTkpLyeNrMyDPfNPvQlp'
  const client = {
    client_id: 'QSsIDtoxeOSaKmzXahqVGuhewcDMoOmo',
    client_secret: 'WseVaMfuIzIlfSfzwrdkEvVZKlvCTiaB',
    redirectUri: 'https://notes.example.com/callback',
  }

  test('takes over rows of the real better-auth: the hashed secret works, and its user is not asked', async () => {
    const host = await startHost()
    const file = databaseOf(host, fixture('better-auth.sql').replace(',"notes:read"', ''))
    const report = await importing(host, 'better-auth', '--database', file, '--registered-by', 'anonymous')
    expect(report).toMatchObject({
      code: 0,
      clients: { ...none, imported: 2 },
      consents: { ...none, imported: 1 },
      // The other client has the scope and not the grant type.
      findings: [
        {
          client_id: 'sRvJGAdnsOachJujGdtjRJXZhbItywCQ',
          result: 'note',
          text: expect.stringContaining('refresh_token'),
        },
      ],
    })
    expect(await host.json('client', 'show', client.client_id)).toMatchObject({
      registered_by: 'user',
      user_id: userId,
    })
    const own = host.env.DATABASE ?? ''
    expect(await signIn(own, userId, client, 'openid profile')).toMatchObject({ scope: 'openid profile' })
    const wrong = { ...client, client_secret: client.client_secret.toLowerCase() }
    expect(await signIn(own, userId, wrong, 'openid profile')).toEqual({ error: 'invalid_client' })
  })

  test('reads the same from a module that exports a Kysely instance', async () => {
    const host = await startHost()
    const FOREIGN = databaseOf(host, fixture('better-auth.sql').replace(',"notes:read"', ''))
    const { foreign } = await bundles()
    const args = ['better-auth', '--database', foreign, '--registered-by', 'anonymous'] as const
    const report = await importing(host.with({ ...host.env, FOREIGN }), ...args)
    expect(report).toMatchObject({ code: 0, clients: { ...none, imported: 2 }, consents: { ...none, imported: 1 } })
  })

  test('a table of thousands of consents is read in pages, and a second run finds all of them done', async () => {
    const host = await startHost()
    const FOREIGN = databaseOf(host, fixture('better-auth.sql').replace(',"notes:read"', ''))
    const database = new Database(FOREIGN)
    const insert = database.prepare(
      `insert into oauthConsent (id, clientId, userId, scopes, createdAt, updatedAt) values (?, '${client.client_id}', ?, '["openid"]', '2025-01-02', '2025-01-02')`,
    )
    database.pragma('foreign_keys = off')
    database.transaction(() => {
      for (let user = 0; user < 1234; user++) insert.run(`consent-${user}`, `user-${user}`)
    })()
    database.close()
    const { foreign } = await bundles()
    const args = ['better-auth', '--database', foreign, '--registered-by', 'anonymous'] as const
    const there = host.with({ ...host.env, FOREIGN })
    expect((await importing(there, ...args)).consents).toEqual({ ...none, imported: 1235 })
    expect((await importing(there, ...args)).consents).toEqual({ ...none, unchanged: 1235 })
  })
})

describe('oauth import belgie', () => {
  const secret = '0123456789abcdef0123456789abcdef'
  const hash = createHash('sha256').update(secret).digest('base64url')
  const row = {
    client_id: 'belgie_client_1',
    client_secret_hash: hash,
    redirect_uris: '["https://notes.example.com/callback"]',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: '["authorization_code"]',
    response_types: '["code"]',
    scope: 'openid profile',
    client_name: 'Notes',
    type: 'web',
    disabled: 0,
    individual_id: 'user-1',
    client_id_issued_at: 1_700_000_000,
    created_at: '2025-01-02 03:04:05.678901',
  }
  const consent = { id: '1', client_id: row.client_id, individual_id: 'user-1', scopes: '["openid","profile"]' }
  const imported = { client_id: row.client_id, redirectUri: 'https://notes.example.com/callback' }

  test('takes over the hash of a secret with a prefix, from standard input', async () => {
    const host = await startHost()
    const input = lines([{ client: row }, { consent }])
    const { code, output } = await runCli(
      { directory: host.directory, env: host.env, input },
      ...['import', 'belgie', '--from', '-', '--secret-prefix', 'bel_'],
    )
    expect([code, output]).toEqual([
      0,
      'Clients: 1 imported, 0 replaced, 0 unchanged, 0 conflict, 0 refused.\nConsents: 1 imported, 0 replaced, 0 unchanged, 0 conflict, 0 refused.\n',
    ])
    const file = host.env.DATABASE ?? ''
    const tryWith = (client_secret: string) => signIn(file, 'user-1', { ...imported, client_secret }, 'openid profile')
    expect(await tryWith(secret)).toEqual({ error: 'invalid_client' })
    expect(await tryWith(`bel_${secret}`)).toMatchObject({ scope: 'openid profile' })
    expect(await tryWith(`bel_${secret}`)).toMatchObject({ scope: 'openid profile' })
  })

  test('a disabled client stays disabled, and a flag that cannot be read is refused', async () => {
    const host = await startHost()
    const rows = [
      { ...row, disabled: 1 },
      { ...row, client_id: 'odd', disabled: 'yes' },
    ]
    writeFileSync(join(host.directory, 'rows.jsonl'), lines(rows.map((client) => ({ client }))))
    const { code, clients } = await importing(host, 'belgie', '--from', 'rows.jsonl')
    expect([code, clients]).toEqual([1, { ...none, imported: 1, refused: 1 }])
    expect(await host.json('client', 'show', row.client_id)).toMatchObject({ disabled: true })
  })

  test('a client that was changed here is a conflict, which --replace overwrites', async () => {
    const host = await startHost()
    const file = join(host.directory, 'rows.jsonl')
    writeFileSync(file, lines([{ client: row }]))
    await importing(host, 'belgie', '--from', file)
    await host.json('client', 'disable', row.client_id)
    const conflict = await importing(host, 'belgie', '--from', file)
    expect([conflict.code, conflict.clients.conflict]).toEqual([1, 1])
    expect(conflict.findings).toMatchObject([{ result: 'conflict', text: expect.stringContaining('another disabled') }])
    expect(await host.json('client', 'show', row.client_id)).toMatchObject({ disabled: true })
    const replaced = await importing(host, 'belgie', '--from', file, '--replace')
    expect([replaced.code, replaced.clients.replaced]).toEqual([0, 1])
    expect(await host.json('client', 'show', row.client_id)).toMatchObject({ disabled: false })
  })
})

test.each([
  ['neither input', [], 2, 'Name either a file with --from or a database with --database.'],
  ['both inputs', ['--from', '-', '--database', 'x.db'], 2, 'Name either'],
  ['a missing file', ['--from', 'absent.jsonl'], 1, 'correct --from'],
  ['a missing database', ['--database', 'absent.db'], 1, 'correct --database'],
  ['a file that is no database', ['--database', 'package.json'], 1, 'cannot be read as an SQLite database'],
  ['a URL', ['--database', 'postgres://id:password@db/id'], 2, 'a module that exports a Kysely instance'],
])('oauth import with %s has its exit code and says what to change', async (_name, args, code, text) => {
  const host = await startHost()
  const run = await host.run('import', 'belgie', ...args)
  expect([run.code, run.output, run.errors]).toEqual([code, '', expect.stringContaining(text)])
  expect(run.errors).not.toContain('password@')
})
