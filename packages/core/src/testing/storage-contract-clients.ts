import type { ClientRecord } from '../storage/client.ts'
import { equal, fifty, tally } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import { clientRecord, difficultText, longText, lookalikes, now } from './storage-fixtures.ts'

const full: ClientRecord = {
  id: 'https://client.example.com/metadata.json',
  metadata: {
    redirect_uris: ['https://app.example.com/cb?x=1', 'com.example.app:/cb'],
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid profile',
    application_type: 'native',
    client_name: difficultText,
    client_uri: longText,
    contacts: [],
    post_logout_redirect_uris: [''],
    id_token_signed_response_alg: 'ES256',
    subject_type: 'pairwise',
    require_pkce: false,
    skip_consent: true,
    enable_end_session: false,
    resources: ['https://api.example.com/notes', longText],
    introspect_without_resource: true,
    metadata: { empty: {}, list: [1, 'two', [], null], 'a b': false, [difficultText]: 1.5 },
  },
  secrets: [
    { hash: 'first', expiresAt: 0 },
    { hash: 'second', expiresAt: now + 5, sealed: difficultText },
  ],
  disabled: true,
  registeredBy: 'initial_access_token',
  machineScope: ['notes:read', 'notes:write'],
  userId: 'user',
  referenceId: 'organisation',
  registrationTokenHash: 'registration-token-hash',
  usedAt: now + 1,
  createdAt: now,
  updatedAt: now + 1,
  version: 7,
}

/** Runs a change that may throw: an adapter may hand out frozen records. */
function attempt(change: () => unknown): void {
  try {
    change()
  } catch {}
}

export const clientCases: ContractCases = {
  'clients.find answers undefined for an unknown id': async ({ clients }) => {
    equal(await clients.find('nobody'), undefined, 'clients.find of an unknown id')
  },

  'clients.find returns every member of a client exactly as clients.insert stored it': async ({ clients }) => {
    equal(await clients.insert(full), 'won', 'clients.insert')
    equal(await clients.insert(clientRecord()), 'won', 'clients.insert of a minimal client')
    equal(await clients.find(full.id), full, 'clients.find after clients.insert of the full client')
    equal(
      await clients.find('client'),
      clientRecord(),
      'clients.find of the minimal client, without the optional members',
    )
    await clients.insert(clientRecord({ id: 'empty', userId: '', referenceId: '' }))
    equal(
      await clients.find('empty'),
      clientRecord({ id: 'empty', userId: '', referenceId: '' }),
      'empty is not absent',
    )
  },

  'clients.find returns who registered the client and its machine scopes, and tells an empty list of scopes from none':
    async ({ clients }) => {
      for (const registeredBy of [
        'server',
        'admin',
        'user',
        'initial_access_token',
        'anonymous',
        'document',
      ] as const) {
        const client = clientRecord({ id: registeredBy, registeredBy, machineScope: [] })
        await clients.insert(client)
        equal(await clients.find(registeredBy), client, `clients.find after clients.insert of one by ${registeredBy}`)
        const given = { ...client, machineScope: ['notes:read'], version: 2 }
        equal(await clients.replace(given, 1), 'won', 'clients.replace with other scopes of a machine')
        equal(await clients.find(registeredBy), given, 'clients.find after clients.replace: the scopes of the machine')
      }
    },

  'clients.insert of a taken id leaves the stored client as it is': async ({ clients }) => {
    await clients.insert(clientRecord())
    equal(await clients.insert(clientRecord({ userId: 'thief', version: 2 })), 'exists', 'clients.insert again')
    equal(await clients.find('client'), clientRecord(), 'the client that was there')
  },

  'clients.insert of one id is won by exactly one of fifty concurrent callers': async ({ clients }) => {
    const outcomes = await fifty((caller) => clients.insert(clientRecord({ userId: `user-${caller}` })))
    equal(tally(outcomes), { won: 1, exists: 49 }, 'outcomes of fifty clients.insert')
    equal((await clients.find('client'))?.userId, `user-${outcomes.indexOf('won')}`, 'the owner is the winner')
  },

  'clients compares ids byte for byte': async ({ clients }) => {
    for (const id of lookalikes) equal(await clients.insert(clientRecord({ id })), 'won', `clients.insert of "${id}"`)
    for (const id of lookalikes) equal((await clients.find(id))?.id, id, `clients.find of "${id}"`)
    equal(await clients.find('aBC-1'), undefined, 'clients.find of an id in another case')
    equal(await clients.delete('aBC-1'), false, 'clients.delete of an id in another case')
    equal(
      await clients.replace(clientRecord({ id: 'aBC-1', version: 2 }), 1),
      'conflict',
      'clients.replace of the same',
    )
    equal((await clients.list({ limit: 100 })).length, lookalikes.length, 'the number of clients')
  },

  'clients.insert and clients.find share no object with their caller, who cannot change the stored client': async ({
    clients,
  }) => {
    const record = clientRecord({ id: 'mine' })
    const passed = { ...record, metadata: { ...record.metadata, redirect_uris: ['https://good.example.com'] } }
    const expected = structuredClone(passed)
    await clients.insert(passed)
    passed.metadata.redirect_uris.push('https://evil.example.com')
    const found = await clients.find('mine')
    equal(found, expected, 'clients.find after the record was changed that clients.insert got')
    attempt(() => Object.assign(found ?? {}, { disabled: true }))
    attempt(() => Object.assign(found?.metadata.redirect_uris ?? [], ['https://evil.example.com']))
    equal(
      await clients.find('mine'),
      expected,
      'clients.find after the record was changed that clients.find had answered',
    )
  },

  'clients.replace replaces the whole record when the stored version is the expected one': async ({ clients }) => {
    await clients.insert({ ...full, version: 1 })
    const replacement = clientRecord({ id: full.id, version: 2, updatedAt: now + 9 })
    equal(await clients.replace(replacement, 1), 'won', 'clients.replace')
    const next = { ...replacement, usedAt: now + 1 }
    equal(await clients.find(full.id), next, 'the replaced client: members that are absent now are absent, but usedAt')
    equal(await clients.replace({ ...full, version: 3 }, 1), 'conflict', 'clients.replace of an old version')
    equal(await clients.replace({ ...full, version: 3 }, 3), 'conflict', 'clients.replace of a future version')
    equal(await clients.find(full.id), next, 'the client after the conflicts')
  },

  "clients.replace of an unknown client answers 'conflict' and adds no client": async ({ clients }) => {
    equal(await clients.replace(clientRecord({ version: 2 }), 1), 'conflict', 'clients.replace')
    equal(await clients.find('client'), undefined, 'clients.find afterwards')
  },

  'clients.replace of one version is won by exactly one of fifty concurrent callers': async ({ clients }) => {
    await clients.insert(clientRecord())
    const outcomes = await fifty((caller) => clients.replace(clientRecord({ userId: `user-${caller}`, version: 2 }), 1))
    equal(tally(outcomes), { won: 1, conflict: 49 }, 'outcomes of fifty clients.replace')
    const winner = clientRecord({ userId: `user-${outcomes.indexOf('won')}`, version: 2 })
    equal(await clients.find('client'), winner, 'the stored client is the winner’s')
  },

  'clients.delete answers whether it deleted a client': async ({ clients }) => {
    await clients.insert(clientRecord())
    await clients.insert(clientRecord({ id: 'other' }))
    equal(await clients.delete('client'), true, 'clients.delete')
    equal(await clients.delete('client'), false, 'clients.delete again')
    equal(await clients.find('client'), undefined, 'clients.find afterwards')
    equal((await clients.find('other'))?.id, 'other', 'the other client')
  },

  'clients.delete of one client answers true to exactly one of fifty concurrent callers': async ({ clients }) => {
    await clients.insert(clientRecord())
    equal(
      tally(await fifty(() => clients.delete('client'))),
      { true: 1, false: 49 },
      'outcomes of fifty clients.delete',
    )
    equal(await clients.find('client'), undefined, 'clients.find afterwards')
  },

  'clients.list returns the clients of one owner or one reference, ordered by id, page by page': async ({
    clients,
  }) => {
    const owners: readonly Partial<ClientRecord>[] = [
      { id: 'e', userId: 'u1' },
      { id: 'B', userId: 'u1', referenceId: 'r1' },
      { id: 'a', referenceId: 'r1' },
      { id: 'c', userId: 'u2', referenceId: 'r2' },
      { id: 'd' },
      { id: 'f', userId: 'U1', referenceId: 'R1' },
    ]
    for (const members of owners) await clients.insert(clientRecord(members))
    const ids = async (query: Parameters<typeof clients.list>[0]) => (await clients.list(query)).map(({ id }) => id)

    equal(await ids({ limit: 10 }), ['B', 'a', 'c', 'd', 'e', 'f'], 'all, by the bytes of the id')
    equal(await ids({ userId: 'u1', limit: 10 }), ['B', 'e'], 'those of a user')
    equal(await ids({ referenceId: 'r1', limit: 10 }), ['B', 'a'], 'those of a reference')
    equal(await ids({ userId: 'u1', referenceId: 'r1', limit: 10 }), ['B', 'a', 'e'], 'those of either, each once')
    equal(await ids({ userId: 'nobody', limit: 10 }), [], 'those of nobody')
    equal(await ids({ limit: 2 }), ['B', 'a'], 'the first page')
    equal(await ids({ limit: 3, after: 'a' }), ['c', 'd', 'e'], 'the page after an id')
    equal(await ids({ userId: 'u1', referenceId: 'r1', after: 'a', limit: 10 }), ['e'], 'a page of either')
    equal(await ids({ limit: 3, after: 'f' }), [], 'after the last')
    equal(await ids({ limit: 10, after: 'bb' }), ['c', 'd', 'e', 'f'], 'after an id that does not exist')
    equal((await clients.list({ referenceId: 'r2', limit: 1 }))[0], clientRecord(owners[3]), 'a listed client is whole')
  },
}
