import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { equal, equalSets } from './storage-assertions.ts'
import type { ContractCases } from './storage-cases.ts'
import {
  accessTokenRecord,
  byBytes,
  clientRecord,
  codeRecord,
  consentRecord,
  grantRecord,
  longIds,
  longText,
  now,
  recordEntry,
  refreshTokenRecord,
  signingKeyRecord,
  withTokenGrant,
} from './storage-fixtures.ts'

/** Cases of the text in all stores: an adapter orders text by its bytes and does not cut it. */
export const textCases: ContractCases = {
  'check, if the storage has it, succeeds for a working storage': async (storage) => {
    equal(await storage.check?.(), undefined, 'storage.check')
  },

  'clients.list returns clients in the order of the bytes of their ids': async ({ clients }) => {
    for (const id of [...byBytes].reverse()) await clients.insert(clientRecord({ id }))
    const ids = async (after?: string) => {
      const found = await clients.list({ limit: 100, ...(after !== undefined && { after }) })
      return found.map(({ id }) => id)
    }
    equal(await ids(), byBytes, 'clients.list')
    for (const [index, id] of byBytes.entries()) {
      equal(await ids(id), byBytes.slice(index + 1), `clients.list after "${id}"`)
    }
  },

  'clients, records, consents and signingKeys store the longest ids without cutting them': async (storage) => {
    const { clients, records, consents, signingKeys } = storage
    for (const [index, id] of longIds(storage).entries()) {
      await clients.insert(clientRecord({ id, userId: id, referenceId: id }))
      await records.insert(recordEntry({ kind: id, id, ownerId: id, clientId: id, userId: id }))
      await consents.remember(consentRecord({ id, clientId: id, userId: id, referenceId: id }))
      await signingKeys.insert(signingKeyRecord({ id, generation: index + 1 }))
    }
    for (const id of longIds(storage)) {
      equal(
        await clients.find(id),
        clientRecord({ id, userId: id, referenceId: id }),
        'clients.find after clients.insert',
      )
      equal((await clients.list({ userId: id, limit: 9 })).length, 1, 'clients.list of a user')
      const record = recordEntry({ kind: id, id, ownerId: id, clientId: id, userId: id })
      equal(await records.find({ kind: id, id }), record, 'records.find after records.insert')
      equal(await records.list({ kind: id, ownerId: id, limit: 9 }), [record], 'records.list after records.insert')
      const consent = consentRecord({ id, clientId: id, userId: id, referenceId: id })
      equal(await consents.find(consent), consent, 'consents.find after consents.remember')
    }
    const keys = longIds(storage).map((id, index) => signingKeyRecord({ id, generation: index + 1 }))
    equal(await signingKeys.list(), keys, 'signingKeys.list')
  },

  'grants, authorizationCodes, refreshTokens and accessTokens store the longest ids without cutting them': async (
    storage,
  ) => {
    for (const id of longIds(storage)) {
      const grant = grantRecord({ id, clientId: id, userId: id, sessionId: id, referenceId: id })
      const token = refreshTokenRecord({ id, grantId: id, successorId: id, predecessorId: id })
      await storage.grants.commit({ grant, code: codeRecord({ id, grantId: id }) })
      equal(await storage.authorizationCodes.redeem({ id, now, refreshToken: token }), 'won', 'redeem')
      await storage.accessTokens.insert(accessTokenRecord({ id, clientId: id, grantId: id }))
      await storage.accessTokens.revokeJwt({ jti: id, expiresAt: now })
      equal(await storage.grants.find(id), grant, 'grants.find')
      equal(await storage.refreshTokens.find(id), { token, grant, successorRotated: false }, 'refreshTokens.find')
      equal((await storage.authorizationCodes.find(id))?.code.id, id, 'authorizationCodes.find')
      const access = { token: accessTokenRecord({ id, clientId: id, grantId: id }), grant }
      equal(withTokenGrant(await storage.accessTokens.find(id)), withTokenGrant(access), 'accessTokens.find')
      equal(
        withTokenGrant(await storage.accessTokens.findJwt({ jti: id, grantId: id })),
        withTokenGrant({ revoked: true, grant }),
        'accessTokens.findJwt after accessTokens.revokeJwt',
      )
    }
    equal(
      await storage.grants.revokeAll({ sessionId: longIds(storage)[0] ?? '', now }),
      1,
      'grants.revokeAll of a session',
    )
  },

  'clients, records, consents and signingKeys store text of 10 kB without cutting it': async (storage) => {
    const { clients, records, consents, signingKeys } = storage
    const [before, after] = [`a${longText}`, `${longText}z`]
    const { metadata } = clientRecord()
    const large: ClientMetadata = {
      ...metadata,
      redirect_uris: [before, after],
      client_name: before,
      metadata: { after },
    }
    const client = clientRecord({ metadata: large, secrets: [{ hash: 'hash', expiresAt: 0, sealed: after }] })
    await clients.insert(client)
    equal(await clients.find('client'), client, 'clients.find after clients.insert')
    equal(await clients.replace({ ...client, version: 2 }, 1), 'won', 'clients.replace')
    equal(await clients.find('client'), { ...client, version: 2 }, 'clients.find after clients.replace')

    const record = recordEntry({ value: { before, list: [after] } })
    await records.insert(record)
    equal(await records.find({ kind: 'kind', id: 'record' }), record, 'records.find after records.insert')
    equal(await records.replace({ ...record, version: 2 }, 1), 'won', 'records.replace')
    equal(
      await records.find({ kind: 'kind', id: 'record' }),
      { ...record, version: 2 },
      'records.find after records.replace',
    )

    const lists = { scope: [before, after], resources: [after], claims: [before], redirectHosts: [after] }
    await consents.remember(consentRecord(lists))
    equal(await consents.findById('consent'), consentRecord(lists), 'consents.findById after consents.remember')
    await consents.remember(consentRecord({ ...lists, scope: ['more'] }))
    equalSets((await consents.findById('consent'))?.scope, [before, after, 'more'], 'the scope after consents.remember')

    const key = signingKeyRecord({ publicKey: before, sealedPrivateKey: after })
    equal(await signingKeys.insert(key), 'won', 'signingKeys.insert')
    equal(await signingKeys.list(), [key], 'signingKeys.list after signingKeys.insert')
  },

  'grants, authorizationCodes, refreshTokens and accessTokens store text of 10 kB without cutting it': async (
    storage,
  ) => {
    const [before, after] = [`a${longText}`, `${longText}z`]
    const lists = { scope: [before, after], resources: [after], amr: [before] }
    const extra = { before, after }
    const grant = grantRecord({ ...lists, extra, acr: before, claims: { userinfo: { name: { value: after } } } })
    const code = codeRecord({ redirectUri: before, nonce: after, extra })
    await storage.grants.commit({ grant, code })
    equal(await storage.authorizationCodes.find('code'), { code, grant }, 'authorizationCodes.find after grants.commit')

    const accessToken = accessTokenRecord({ grantId: 'grant', scope: [before], audience: [after], extra })
    const refreshToken = refreshTokenRecord({ extra, rotatedAt: now, successorId: 'next', sealedSuccessor: before })
    const { redeem } = storage.authorizationCodes
    equal(await redeem({ id: 'code', now, accessToken, refreshToken }), 'won', 'authorizationCodes.redeem')
    equal(
      withTokenGrant(await storage.accessTokens.find('access')),
      withTokenGrant({ token: accessToken, grant }),
      'accessTokens.find after authorizationCodes.redeem',
    )
    const found = { token: refreshToken, grant, successorRotated: false }
    equal(await storage.refreshTokens.find('refresh'), found, 'refreshTokens.find after authorizationCodes.redeem')

    const token = accessTokenRecord({ id: 'machine', scope: [after], audience: [before] })
    await storage.accessTokens.insert(token)
    equal(await storage.accessTokens.find('machine'), { token }, 'accessTokens.find after accessTokens.insert')
  },
}
