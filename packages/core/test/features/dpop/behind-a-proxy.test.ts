import { receivedAt } from '@oauth/core'
import { expect, test } from 'vitest'
import { credentials, registerConfidential } from '../../support/client.ts'
import { dpopWorld, makeProof } from '../../support/dpop.ts'
import { baseUrl } from '../../support/world.ts'

test('behind a proxy that changes host and path, htu is the published URL and not the one that arrives (D37)', async () => {
  const world = dpopWorld()
  const client = await registerConfidential(world)
  const mounted = receivedAt(world.provider, '/internal/auth')
  const arrives = 'http://10.0.0.7:8080/internal/auth/oauth2/token'
  const send = async (htu: string, url: string) => {
    const headers = { ...credentials(client).headers, dpop: await makeProof(world, { claims: { htu } }) }
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    return (await mounted.fetch(new Request(url, { method: 'POST', headers, body }))).status
  }
  expect(await send(`${world.issuer}/oauth2/token`, arrives)).toBe(200)
  expect(await send(arrives, arrives)).toBe(400)
  expect(await send(`${baseUrl}/internal/auth/oauth2/token`, arrives)).toBe(400)
})
