import { authorizationDetailsOf, createTokenVerifier, type DetailsSchema, protect } from '@oauth/resource-server'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { rar, text } from '../../core/test/support/authorization-details.ts'
import { getTokens, postAs, registerConfidential } from '../../core/test/support/client.ts'
import { api, files, opaqueFor, refusalCode, registerApi, setUp } from './support/setup.ts'

const payment = { type: 'payment_initiation', amount: { currency: 'EUR', value: '12' }, creditor: 'Payroll' }
const elsewhere = { type: 'customer_data', actions: ['read'], locations: [files] }

const schema: DetailsSchema<{ readonly amount: { readonly value: string } }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ('amount' in (value as object) ? { value } : { issues: [{ message: 'no amount' }] }),
  },
}

describe('a token with authorization details', () => {
  const start = () => setUp({}, { features: [rar()], storage: opaqueFor(api), trustedClientResolver: () => true })
  const tokenFor = async ({ world, client }: Awaited<ReturnType<typeof start>>, more = {}) =>
    (await getTokens(world, client, { authorization_details: text(payment, elsewhere) }, more)).access_token as string

  it('a protected handler gets the details for its resource, from a JWT, by introspection and in the same process (A09)', async () => {
    const setup = await start()
    const jwt = await tokenFor(setup, { resource: api })
    expect((await setup.verifier.verify(jwt)).authorizationDetails).toEqual([payment])
    const introspection = await registerApi(setup.world)
    const opaque = await tokenFor(setup)
    const introspected = await setup.verifierWith({ introspection }).verify(opaque)
    expect(introspected.authorizationDetails).toEqual([payment])
    const { provider, clock } = setup.world
    const local = createTokenVerifier({ audience: api, clock, verifyWith: provider.verifyAccessToken })
    expect((await local.verify(jwt)).authorizationDetails).toEqual([payment])
    const handler = protect({ verifier: setup.verifier })((_, token) => Response.json(token.authorizationDetails))
    const request = new Request(api, { headers: { authorization: `Bearer ${jwt}` } })
    expect(await (await handler(request)).json()).toEqual([payment])
  })

  it('a token without details has none, and a machine token has its own', async () => {
    const setup = await start()
    const { access_token } = await getTokens(setup.world, setup.client, { scope: 'notes:read' }, { resource: api })
    expect(await setup.verifier.verify(access_token)).not.toHaveProperty('authorizationDetails')
    const payroll = await registerConfidential(setup.world, { client_name: 'Payroll' })
    const form = { grant_type: 'client_credentials', authorization_details: text(payment), resource: api }
    const { body } = await postAs(setup.world, payroll, '/oauth2/token', form)
    expect((await setup.verifier.verify(body.access_token)).authorizationDetails).toEqual([payment])
  })

  it.each([[{}], ['all'], [['payment']], [[null]], [[{ actions: ['read'] }]], [[{ type: 7 }]], [null]])(
    'a token whose authorization_details are %o is refused, since it may be limited in a way that is not known',
    async (authorization_details) => {
      const { world, client } = await setUp({}, { storage: opaqueFor(api) })
      const token = await getTokens(world, client, { scope: 'notes:read' }, {})
      const verifyWith: typeof world.provider.verifyAccessToken = async (presented) => {
        const found = await world.provider.verifyAccessToken(presented)
        return found && { ...found, extra: { authorization_details } }
      }
      const verifier = createTokenVerifier({ audience: api, clock: world.clock, verifyWith })
      expect(await refusalCode(verifier.verify(token.access_token))).toBe('invalid_token')
    },
  )
})

describe('authorizationDetailsOf', () => {
  it('returns the details of one type that fit the schema, typed, and leaves out all others', () => {
    const token = { authorizationDetails: [payment, { type: 'payment_initiation' }, elsewhere] }
    const payments = authorizationDetailsOf(token, 'payment_initiation', schema)
    expectTypeOf(payments[0]?.amount.value).toEqualTypeOf<string | undefined>()
    expect(payments).toEqual([payment])
    expect(authorizationDetailsOf(token, 'Payment_initiation', schema)).toEqual([])
    expect(authorizationDetailsOf({}, 'payment_initiation', schema)).toEqual([])
  })

  it('refuses a schema that checks asynchronously', () => {
    const slow = { '~standard': { ...schema['~standard'], validate: async () => ({ value: {} }) } } as typeof schema
    expect(() => authorizationDetailsOf({ authorizationDetails: [payment] }, payment.type, slow)).toThrow('at once')
  })
})
