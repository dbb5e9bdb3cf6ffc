import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createFakeServer, goodClaims } from './support/fake-server.ts'
import { refusalCode } from './support/setup.ts'

const algorithms = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const
const header = (alg: string) => ({ alg, typ: 'at+jwt', kid: 'ml-dsa' })

/** A key pair where this platform makes such keys (Node 24), and `undefined` elsewhere (Node 20). */
const generate = (alg: string) => generateKeyPair(alg, { extractable: true }).catch(() => undefined)

describe('ML-DSA', () => {
  it.each(algorithms)('a token in %s verifies where the platform has it, and is invalid elsewhere', async (alg) => {
    const server = await createFakeServer()
    const pair = await generate(alg)
    if (pair === undefined) {
      const jwk = { kty: 'AKP', alg, kid: 'ml-dsa', pub: Buffer.alloc(1312).toString('base64url') }
      server.answers.set('/jwks', () => Response.json({ keys: [jwk] }))
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const token = [encode(header(alg)), encode(goodClaims), Buffer.alloc(2420).toString('base64url')].join('.')
      expect(await refusalCode(server.verifierWith().verify(token))).toBe('invalid_token')
      return
    }
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'ml-dsa', alg, use: 'sig' }
    server.answers.set('/jwks', () => Response.json({ keys: [jwk] }))
    const token = await new SignJWT(goodClaims).setProtectedHeader(header(alg)).sign(pair.privateKey)
    expect(await server.verifierWith().verify(token)).toMatchObject({ clientId: 'a-client', source: 'jwt' })
    const forged = `${token.slice(0, -8)}AAAAAAAA`
    expect(await refusalCode(server.verifierWith().verify(forged))).toBe('invalid_token')
    expect(await refusalCode(server.verifierWith({ algorithms: ['ES256'] }).verify(token))).toBe('invalid_token')
  })

  it('a verifier for ML-DSA alone is made where the platform has it, and refused elsewhere with the reason', async () => {
    const server = await createFakeServer()
    const make = () => server.verifierWith({ algorithms: ['ML-DSA-65'] })
    if ((await generate('ML-DSA-65')) !== undefined) {
      expect(await refusalCode(make().verify(await server.sign()))).toBe('invalid_token')
    } else {
      expect(make).toThrow(/ML-DSA-65 is not supported by the Web Crypto API of this platform.*Node 24\.7/)
    }
  })
})
