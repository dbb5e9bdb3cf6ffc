import type { InteractionRecord } from '../storage/interaction.ts'
import { equal, fifty, rejects, succeeds, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { difficultText, interactionRecord, longText, lookalikes, now } from './storage-fixtures.ts'

const full: InteractionRecord = {
  id: 'full',
  clientId: difficultText,
  browserHash: 'hash',
  request: {
    clientId: 'client',
    redirectUri: longText,
    redirectUriSent: false,
    scope: ['openid', 'a:b/c'],
    state: longText,
    nonce: difficultText,
    codeChallenge: 'challenge',
    prompt: ['login', 'consent'],
    maxAge: 0,
    resources: ['https://rs.example.com/a b', 'https://rs.example.com/'],
    responseMode: 'form_post',
    loginHint: '',
    display: 'page',
    uiLocales: 'de fr',
    acrValues: 'urn:mace:silver',
  },
  step: 'consent',
  completed: ['login', 'select_account'],
  priorSession: { id: 'before', authTime: now - 100 },
  userId: 'user',
  sessionId: 'session',
  withdrawals: ['v1', difficultText],
  referenceId: difficultText,
  createdAt: now,
  expiresAt: now + 600,
  version: 3,
}

export const interactionCases: ContractCases = {
  'interactions come back exactly as they went in, expired ones too': async ({ interactions }) => {
    await interactions.insert(full)
    await interactions.insert(interactionRecord({ expiresAt: 1 }))
    equal(await interactions.find('full'), full, 'interactions.find after interactions.insert of the full interaction')
    equal(
      await interactions.find('interaction'),
      interactionRecord({ expiresAt: 1 }),
      'interactions.find of the minimal, expired interaction',
    )
    equal(await interactions.find('nothing'), undefined, 'interactions.find of an unknown id')
  },

  'interactions.insert fails when the id is taken': async ({ interactions }) => {
    await interactions.insert(interactionRecord())
    await rejects(() => interactions.insert(interactionRecord({ userId: 'thief' })), 'interactions.insert again')
    equal(await interactions.find('interaction'), interactionRecord(), 'the interaction that was there')
  },

  'interactions.insert of one id is done by one of fifty': async ({ interactions }) => {
    const done = await fifty((caller) =>
      succeeds(() => interactions.insert(interactionRecord({ userId: `user-${caller}` }))),
    )
    equal(tally(done), { true: 1, false: 49 }, 'which of fifty interactions.insert succeeded')
    const winner = interactionRecord({ userId: `user-${done.indexOf(true)}` })
    equal(await interactions.find('interaction'), winner, 'the interaction is the winner’s')
  },

  'interactions compare ids byte for byte': async ({ interactions }) => {
    for (const id of lookalikes) await interactions.insert(interactionRecord({ id }))
    equal(await interactions.take('aBC-1'), false, 'interactions.take of an id in another case')
    for (const id of lookalikes) {
      equal(await interactions.take(id), true, `interactions.take of "${id}"`)
      equal(await interactions.find(id), undefined, `interactions.find of "${id}" afterwards`)
    }
  },

  'interactions.replace replaces the version it expects, whole': async ({ interactions }) => {
    await interactions.insert({ ...full, version: 1 })
    const next = interactionRecord({ id: 'full', version: 2 })
    equal(await interactions.replace(next, 1), 'won', 'interactions.replace')
    equal(await interactions.find('full'), next, 'the replaced interaction: members that are absent now are absent')
    equal(await interactions.replace({ ...full, version: 3 }, 1), 'conflict', 'interactions.replace of an old version')
    equal(
      await interactions.replace({ ...full, version: 4 }, 3),
      'conflict',
      'interactions.replace of a future version',
    )
    equal(await interactions.find('full'), next, 'the interaction after the conflicts')
    const unknown = interactionRecord({ version: 2 })
    equal(await interactions.replace(unknown, 1), 'conflict', 'interactions.replace of an unknown interaction')
    equal(await interactions.find('interaction'), undefined, 'which adds nothing')
  },

  'interactions.replace is won by one of fifty': async ({ interactions }) => {
    await interactions.insert(interactionRecord())
    const outcomes = await fifty((caller) =>
      interactions.replace(interactionRecord({ userId: `user-${caller}`, version: 2 }), 1),
    )
    equal(tally(outcomes), { won: 1, conflict: 49 }, 'outcomes of fifty interactions.replace')
    const winner = interactionRecord({ userId: `user-${outcomes.indexOf('won')}`, version: 2 })
    equal(await interactions.find('interaction'), winner, 'the stored interaction is the winner’s')
  },

  'interactions.take is won by one of fifty': async ({ interactions }) => {
    await interactions.insert(interactionRecord())
    equal(tally(await fifty(() => interactions.take('interaction'))), { true: 1, false: 49 }, 'outcomes of fifty take')
    equal(await interactions.find('interaction'), undefined, 'the interaction afterwards')
  },

  'interactions that were taken are not brought back by a replace': async ({ interactions }) => {
    await interactions.insert(interactionRecord())
    equal(await interactions.take('interaction'), true, 'interactions.take')
    equal(await interactions.replace(interactionRecord({ version: 2 }), 1), 'conflict', 'interactions.replace')
    equal(await interactions.find('interaction'), undefined, 'the interaction afterwards')
    equal(await interactions.take('interaction'), false, 'interactions.take afterwards')
  },
}
