import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { expect, test } from 'vitest'
import { startHost } from '../support/host.ts'

test('client create registers a client, shows its secret once, and keeps it out of every other command', async () => {
  const host = await startHost()
  const { code, output, errors } = await host.run(
    ...['client', 'create', '--id', 'notes', '--name', 'Notes', '--redirect-uri', 'https://notes.example.com/callback'],
    ...['--grant-type', 'authorization_code', '--grant-type', 'refresh_token', '--scope', 'openid offline_access'],
  )
  expect(code).toBe(0)
  const secret = /^client_secret +(\S+)$/m.exec(output)?.[1] ?? ''
  expect(secret).toMatch(/^[\w-]{32,}$/)
  // The second line is the log of the host's provider.
  expect(errors).toMatch(
    /^Store client_secret now: it is not shown again\.\n\S+ info {2}client\.registered clientId=notes\n$/,
  )
  expect(errors).not.toContain(secret)

  const list = await host.run('client', 'list')
  const show = await host.run('client', 'show', 'notes')
  const document = await host.run('client', 'show', 'notes', '--json')
  expect(list.output).toMatch(
    /^notes +Notes +client_secret_basic +authorization_code refresh_token +server +never +enabled$/m,
  )
  expect(show.output).toMatch(/^redirect_uris +https:\/\/notes\.example\.com\/callback$/m)
  expect(JSON.parse(document.output)).toMatchObject({ client_id: 'notes', scope: 'openid offline_access', secrets: 1 })
  for (const run of [list, show, document]) {
    expect(run.output).not.toContain(secret)
    expect(run.output).not.toContain('hash')
  }
})

const redirect = ['--redirect-uri', 'https://notes.example.com/callback']
const mayRefresh = ({ scope, grant_types }: Readonly<Record<string, unknown>>): readonly boolean[] => [
  String(scope).split(' ').includes('offline_access'),
  (grant_types as readonly string[]).includes('refresh_token'),
]

test.each<[string, readonly string[], boolean]>([
  ['without options', [], true],
  ['with a scope that has offline_access', ['--scope', 'openid offline_access'], true],
  ['with a scope that leaves offline_access out', ['--scope', 'openid'], false],
  ['with the authorization code alone', ['--grant-type', 'authorization_code'], false],
  ['with both grant types', ['--grant-type', 'authorization_code', '--grant-type', 'refresh_token'], true],
  ['for a machine', ['--grant-type', 'client_credentials'], false],
])('client create %s gives offline_access and refresh_token together, or neither', async (_, options, both) => {
  const host = await startHost()
  const made = await host.run('client', 'create', ...redirect, ...options, '--json')
  expect(mayRefresh(JSON.parse(made.output))).toEqual([both, both])
  expect(made.errors).not.toContain('refresh')
})

test('client create refuses offline_access beside grant types without refresh_token, also from a file', async () => {
  const host = await startHost()
  const scope = ['--scope', 'openid offline_access']
  const first = await host.run('client', 'create', ...redirect, ...scope, '--grant-type', 'authorization_code')
  writeFileSync(join(host.directory, 'client.json'), JSON.stringify({ grant_types: ['authorization_code'] }))
  const second = await host.run('client', 'create', ...redirect, ...scope, '--metadata', 'client.json')
  for (const { code, output, errors } of [first, second]) {
    expect([code, output, errors]).toEqual([2, '', expect.stringContaining('add --grant-type refresh_token')])
  }
  expect(await host.json('client', 'list')).toEqual({ clients: [] })
})

test('client create says when a client has the grant type refresh_token and a scope that gives no refresh tokens', async () => {
  const host = await startHost()
  const types = ['--grant-type', 'authorization_code', '--grant-type', 'refresh_token']
  const { code, errors } = await host.run('client', 'create', ...redirect, ...types, '--scope', 'openid', '--json')
  expect([code, errors]).toEqual([0, expect.stringContaining('its scopes do not have offline_access')])
})

test('client create registers for a server without refresh tokens: offline_access is left out unless it was named', async () => {
  const host = await startHost()
  const without = ['client', 'create', ...redirect, '--export', 'withoutRefresh', '--json']
  const plain = await host.run(...without)
  expect(mayRefresh(JSON.parse(plain.output))).toEqual([false, false])
  const named = await host.run(...without, '--scope', 'openid offline_access')
  expect(named.code).toBe(0)
  expect(named.errors).toContain('the server does not have the grant type refresh_token')
})

test('client create takes more metadata from a file, and options win over it', async () => {
  const host = await startHost()
  const metadata = { client_name: 'File', redirect_uris: ['https://a.example.com/cb'], contacts: ['ops@example.com'] }
  writeFileSync(join(host.directory, 'client.json'), JSON.stringify(metadata))
  const client = await host.json('client', 'create', '--metadata', 'client.json', '--name', 'Option', '--public')
  expect(client).toMatchObject({
    client_name: 'Option',
    contacts: ['ops@example.com'],
    token_endpoint_auth_method: 'none',
  })
  expect(client).not.toHaveProperty('client_secret')
})

test('client create says which member is wrong, and registers nothing', async () => {
  const host = await startHost()
  const { code, output, errors } = await host.run('client', 'create', '--redirect-uri', 'javascript:alert(1)')
  expect([code, output]).toEqual([1, ''])
  expect(errors).toMatch(/^invalid_redirect_uri: /)
  expect(await host.json('client', 'list')).toEqual({ clients: [] })
})

test('client list shows a page at a time, and each page says where the next begins', async () => {
  const host = await startHost()
  for (const id of ['a', 'b', 'c']) await host.run('client', 'create', '--id', id, '--grant-type', 'client_credentials')
  const first = await host.json('client', 'list', '--limit', '2')
  expect((first.clients as { client_id: string }[]).map(({ client_id }) => client_id)).toEqual(['a', 'b'])
  expect(first.next).toBe('b')
  const second = await host.json('client', 'list', '--limit', '2', '--after', 'b')
  expect((second.clients as { client_id: string }[]).map(({ client_id }) => client_id)).toEqual(['c'])
  expect(second).not.toHaveProperty('next')
  expect((await host.run('client', 'list', '--limit', '2')).errors).toBe('There may be more: --after b\n')
})

test('client rotate-secret makes a new secret, and keeps the previous one only when asked', async () => {
  const host = await startHost()
  const made = await host.json('client', 'create', '--id', 'm', '--grant-type', 'client_credentials')
  const kept = await host.json('client', 'rotate-secret', 'm', '--keep-previous', '60')
  expect(kept.client_secret).not.toBe(made.client_secret)
  expect(await host.json('client', 'show', 'm')).toMatchObject({ secrets: 2 })
  await host.json('client', 'rotate-secret', 'm')
  expect(await host.json('client', 'show', 'm')).toMatchObject({ secrets: 1 })
})

test('client disable and enable switch a client, and delete removes it after --yes', async () => {
  const host = await startHost()
  await host.json('client', 'create', '--id', 'm', '--grant-type', 'client_credentials')
  expect(await host.json('client', 'disable', 'm')).toMatchObject({ disabled: true })
  expect((await host.run('client', 'list')).output).toMatch(/ disabled$/m)
  expect((await host.run('client', 'enable', 'm')).output).toBe('Client m is enabled.\n')
  const unasked = await host.run('client', 'delete', 'm')
  expect([unasked.code, unasked.output]).toEqual([2, ''])
  expect(await host.json('client', 'show', 'm')).toMatchObject({ disabled: false })
  expect(await host.json('client', 'delete', 'm', '--yes')).toEqual({ client_id: 'm', deleted: true })
  expect((await host.run('client', 'list')).output).toBe('There are no clients: oauth client create makes one.\n')
})

test.each(['show', 'rotate-secret', 'disable', 'enable', 'delete'])(
  'client %s of an unknown client has the exit code 1 and names the command that lists them',
  async (verb) => {
    const { code, output, errors } = await (await startHost()).run('client', verb, 'absent')
    expect([code, output]).toEqual([1, ''])
    expect(errors).toBe('there is no client absent: oauth client list shows those that there are\n')
  },
)

test('what a client registered cannot move the cursor of the terminal', async () => {
  const host = await startHost()
  await host.json('client', 'create', '--id', 'm', '--grant-type', 'client_credentials')
  // The server refuses such a name, so it comes from elsewhere into the database.
  const storage = sqliteStorage(host.env.DATABASE ?? '')
  const client = await storage.clients.find('m')
  if (client === undefined) throw new Error('the client is missing')
  const metadata = { ...client.metadata, client_name: 'a\u001b[2Jb' }
  await storage.clients.replace({ ...client, metadata, version: client.version + 1 }, client.version)
  await storage.close()
  for (const args of [['list'], ['show', 'm']]) {
    const { output } = await host.run('client', ...args)
    expect(output).toContain('a?[2Jb')
    expect(output).not.toContain('\u001b')
  }
})
