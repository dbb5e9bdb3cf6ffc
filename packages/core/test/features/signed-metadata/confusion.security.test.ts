import { type SignedMetadata, signedMetadata } from '@oauth/core/features/signed-metadata'
import { expect, test } from 'vitest'
import { registerConfidential, userinfo } from '../../support/client.ts'
import { ask, send } from '../../support/expectations.ts'
import { createQuickWorld, introspect } from '../../support/tokens.ts'
import { alice, bob } from '../../support/world.ts'

test('signed metadata is no token of any kind, even if the host lets it say so', async () => {
  const world = createQuickWorld({ features: [signedMetadata()] })
  const client = await registerConfidential(world)
  const { signResource } = world.provider.features.signedMetadata as SignedMetadata
  const now = world.clock.now()
  const document = await send(world, `${world.issuer}/.well-known/openid-configuration`)
  const tokenLike = await signResource({
    resource: 'https://api.example.com',
    ...{ sub: alice.id, aud: client.client_id, client_id: client.client_id, exp: now + 3600, scope: 'openid' },
  })
  for (const jwt of [document.body.signed_metadata, tokenLike]) {
    expect(await world.provider.verifyAccessToken(jwt)).toBeUndefined()
    expect((await userinfo(world, jwt)).status).toBe(401)
    expect((await introspect(world, client, jwt)).body).toEqual({ active: false })
    // An ID token of Alice would send Bob to the login page.
    const browser = world.browser()
    browser.signIn(bob)
    const hinted = await ask(world, client, { id_token_hint: jwt }, { browser })
    expect(new URL(hinted.headers.get('location') ?? '').pathname).toBe('/consent')
  }
})
