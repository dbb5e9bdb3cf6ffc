import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  authorize,
  exchangeCode,
  isActive,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../../../packages/core/test/support/client.ts'
import { createQuickWorld } from '../../../packages/core/test/support/tokens.ts'
import { alice } from '../../../packages/core/test/support/world.ts'
import { pgliteDatabase } from '../src/pglite.ts'
import { createSchema } from '../src/schema.ts'
import { documentStorage } from '../src/storage.ts'

describe('the provider on documentStorage', () => {
  const db = new PGlite()
  const database = pgliteDatabase(db)
  beforeAll(() => createSchema(database))
  afterAll(() => (db.closed ? undefined : db.close()))

  test('the provider runs on documentStorage from the sign-in to a replayed code, and answers 503 when the database is closed', async () => {
    const world = createQuickWorld({ storage: documentStorage(database) })
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    const { status, body: tokens } = await exchangeCode(world, client, authorized)
    expect(status).toBe(200)
    expect((await userinfo(world, tokens.access_token)).body).toMatchObject({ sub: alice.id, email: alice.email })

    // A retry of the refresh gets the same successor. A second browser of the user gets a code without a consent page.
    const [one, other] = await Promise.all([
      refresh(world, client, tokens.refresh_token),
      refresh(world, client, tokens.refresh_token),
    ])
    expect([one.status, other.status]).toEqual([200, 200])
    expect(one.body.refresh_token).toBe(other.body.refresh_token)
    expect(await world.provider.listConsents(alice.id)).toHaveLength(1)
    await authorize(world, client, {}, { browser: authorized.browser })

    // A replay of the code revokes all tokens that it gave.
    expect((await exchangeCode(world, client, authorized)).body).toMatchObject({ error: 'invalid_grant' })
    expect(await isActive(world, one.body.access_token)).toBe(false)
    expect((await refresh(world, client, one.body.refresh_token)).status).toBe(400)

    const machine = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect(await isActive(world, machine.body.access_token)).toBe(true)
    world.clock.advance(90 * 86_400)
    expect(await world.provider.purgeExpired()).toBeGreaterThan(5)
    const { rows } = await database.run('select count(*)::int as left from oauth.access_tokens')
    expect(rows[0]?.left).toBe(0)

    await db.close()
    const gone = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
    expect([gone.status, gone.headers.get('retry-after')]).toEqual([503, '5'])
    expect(gone.body).toMatchObject({ error: 'temporarily_unavailable' })
  })
})
