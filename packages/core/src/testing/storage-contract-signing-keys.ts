import { equal, equalSets, fifty, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { difficultText, longText, lookalikes, signingKeyRecord } from './storage-fixtures.ts'

export const signingKeyCases: ContractCases = {
  'signingKeys.list returns every member of a key exactly as signingKeys.insert stored it, ordered by algorithm and generation':
    async ({ signingKeys }) => {
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

  "signingKeys.insert answers 'exists' for a taken id or generation and changes nothing": async ({ signingKeys }) => {
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

  'signingKeys.insert of one generation is won by exactly one of fifty concurrent callers': async ({ signingKeys }) => {
    const outcomes = await fifty((caller) => signingKeys.insert(signingKeyRecord({ id: `key-${caller}` })))
    equal(tally(outcomes), { won: 1, exists: 49 }, 'outcomes of fifty signingKeys.insert')
    equal(await signingKeys.list(), [signingKeyRecord({ id: `key-${outcomes.indexOf('won')}` })], 'signingKeys.list')
  },

  'signingKeys.insert of one id is won by exactly one of fifty concurrent callers': async ({ signingKeys }) => {
    const outcomes = await fifty((caller) => signingKeys.insert(signingKeyRecord({ generation: caller + 1 })))
    equal(tally(outcomes), { won: 1, exists: 49 }, 'outcomes of fifty signingKeys.insert of one id')
    equal(await signingKeys.list(), [signingKeyRecord({ generation: outcomes.indexOf('won') + 1 })], 'signingKeys.list')
  },

  'signingKeys.insert of different keys is won by all of fifty concurrent callers': async ({ signingKeys }) => {
    const key = (caller: number) => signingKeyRecord({ id: `key-${caller}`, generation: caller + 1 })
    equal(tally(await fifty((caller) => signingKeys.insert(key(caller)))), { won: 50 }, 'fifty signingKeys.insert')
    const expected = Array.from({ length: 50 }, (_, caller) => key(caller))
    equal(await signingKeys.list(), expected, 'signingKeys.list, by the number of the generation')
  },

  'signingKeys compares ids and algorithms byte for byte': async ({ signingKeys }) => {
    const keys = lookalikes.map((text) => signingKeyRecord({ id: text, algorithm: text }))
    for (const key of keys) equal(await signingKeys.insert(key), 'won', `signingKeys.insert for "${key.algorithm}"`)
    const ids = (await signingKeys.list()).map(({ id }) => id)
    equalSets(ids, lookalikes, 'signingKeys.list')
    equal(
      ids.filter((id) => ['ABC-1', 'Abc-1', 'abc-1', 'Ábc-1'].includes(id)),
      ['ABC-1', 'Abc-1', 'abc-1', 'Ábc-1'],
      'signingKeys.list, by the bytes of the algorithm',
    )
  },

  'signingKeys.delete removes only the key with that id, and can be repeated': async ({ signingKeys }) => {
    await signingKeys.insert(signingKeyRecord())
    await signingKeys.insert(signingKeyRecord({ id: 'other', generation: 2 }))
    await signingKeys.delete('Key')
    await signingKeys.delete('key')
    await signingKeys.delete('key')
    equal(await signingKeys.list(), [signingKeyRecord({ id: 'other', generation: 2 })], 'signingKeys.list')
  },
}
