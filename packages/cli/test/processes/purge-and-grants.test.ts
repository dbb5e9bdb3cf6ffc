import { sqliteStorage } from '@oauth/kysely/sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { type Host, startHost } from '../support/host.ts'

/** Opens the host's storage in this process, to put into it what takes a browser otherwise. */
function openStorage({ env }: Host) {
  const storage = sqliteStorage(env.DATABASE ?? '')
  onTestFinished(() => storage.close())
  return storage
}

const now = Math.floor(Date.now() / 1000)
const grant = (id: string, userId: string, clientId: string) => ({
  ...{ id, clientId, userId, scope: ['openid'], resources: [], offline: false },
  ...{ createdAt: now, expiresAt: now + 3600 },
})

test('purge deletes what has expired in batches, until nothing is left', async () => {
  const host = await startHost()
  const { records } = openStorage(host)
  for (const id of ['1', '2', '3', '4', '5']) {
    await records.insert({ kind: 'test', id, value: {}, version: 1, createdAt: now - 20, expiresAt: now - 10 })
  }
  await records.insert({ kind: 'test', id: 'live', value: {}, version: 1, createdAt: now - 20, expiresAt: now + 3600 })
  expect(await host.json('purge', '--limit', '2', '--once')).toEqual({ deleted: 2 })
  expect((await host.run('purge', '--limit', '2')).output).toBe('3 rows deleted.\n')
  expect(await host.json('purge')).toEqual({ deleted: 0 })
  expect(await records.find({ kind: 'test', id: 'live' })).toBeDefined()
})

test('grants list shows the live grants of a user, and revoke ends one or those of a client', async () => {
  const host = await startHost()
  await host.json('client', 'create', '--id', 'notes', '--name', 'Notes', '--redirect-uri', 'https://a.example.com/cb')
  await host.json('client', 'create', '--id', 'mail', '--redirect-uri', 'https://b.example.com/cb')
  const storage = openStorage(host)
  const grants = [
    grant('g1', 'ada', 'notes'),
    grant('g2', 'ada', 'mail'),
    grant('g3', 'ada', 'mail'),
    grant('g4', 'bob', 'mail'),
  ]
  for (const one of grants) await storage.grants.commit({ grant: one })
  expect((await host.run('grants', 'list', '--user', 'ada')).output).toMatch(/^g1 +Notes \(notes\) +openid /m)

  expect(await host.json('grants', 'revoke', 'g1', '--yes')).toEqual({ revoked: 1 })
  const again = await host.run('grants', 'revoke', 'g1', '--yes')
  expect([again.code, again.output]).toEqual([1, 'There was no such live grant.\n'])
  expect(await host.json('grants', 'revoke', '--user', 'ada', '--client', 'mail', '--yes')).toEqual({ revoked: 2 })
  expect(await host.json('grants', 'list', '--user', 'ada')).toEqual({ grants: [] })
  const { grants: ofBob } = await host.json('grants', 'list', '--user', 'bob')
  expect(ofBob).toMatchObject([{ id: 'g4', clientId: 'mail' }])
})
