import { equal, fifty, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { difficultText, longText, signingKeyRecord } from './storage-fixtures.ts'

export const signingKeyCases: ContractCases = {
  'signingKeys come back exactly as they went in, by algorithm and generation': async ({ signingKeys }) => {
    equal(await signingKeys.list(), [], 'signingKeys.list of none')
    const keys = [
      signingKeyRecord({ id: 'e', algorithm: 'RS256', generation: 1 }),
      signingKeyRecord({
        id: 'd',
        algorithm: 'ES256',
        generation: 10,
        publicKey: longText,
        sealedPrivateKey: difficultText,
      }),
      signingKeyRecord({ id: 'c', algorithm: 'EdDSA', generation: 1 }),
      signingKeyRecord({ id: 'a', algorithm: 'ES256', generation: 2 }),
      signingKeyRecord({ id: 'b', algorithm: 'ES256', generation: 1 }),
    ]
    for (const key of keys) equal(await signingKeys.insert(key), 'won', `signingKeys.insert of ${key.id}`)
    const [e, d, c, a, b] = keys
    equal(await signingKeys.list(), [b, a, d, c, e], 'signingKeys.list')
  },

  'signingKeys.insert refuses a taken id or generation and changes nothing': async ({ signingKeys }) => {
    const key = signingKeyRecord()
    await signingKeys.insert(key)
    const sameId = signingKeyRecord({ generation: 2, sealedPrivateKey: 'other' })
    equal(await signingKeys.insert(sameId), 'exists', 'signingKeys.insert of a taken id')
    const sameGeneration = signingKeyRecord({ id: 'other', sealedPrivateKey: 'other' })
    equal(await signingKeys.insert(sameGeneration), 'exists', 'signingKeys.insert of a taken generation')
    equal(await signingKeys.list(), [key], 'signingKeys.list')
    const folded = signingKeyRecord({ id: 'Key', generation: 2 })
    equal(await signingKeys.insert(folded), 'won', 'signingKeys.insert of an id in another case')
  },

  'signingKeys.insert of one generation is won by one of fifty': async ({ signingKeys }) => {
    const outcomes = await fifty((caller) => signingKeys.insert(signingKeyRecord({ id: `key-${caller}` })))
    equal(tally(outcomes), { won: 1, exists: 49 }, 'outcomes of fifty signingKeys.insert')
    equal(await signingKeys.list(), [signingKeyRecord({ id: `key-${outcomes.indexOf('won')}` })], 'signingKeys.list')
  },

  'signingKeys.delete removes one, and may be repeated': async ({ signingKeys }) => {
    await signingKeys.insert(signingKeyRecord())
    await signingKeys.insert(signingKeyRecord({ id: 'other', generation: 2 }))
    await signingKeys.delete('Key')
    await signingKeys.delete('key')
    await signingKeys.delete('key')
    equal(await signingKeys.list(), [signingKeyRecord({ id: 'other', generation: 2 })], 'signingKeys.list')
  },
}
