import { generateKeyPairSync } from 'node:crypto'
import {
  type ClientName,
  eddsaResource,
  fastResource,
  resource,
  type ServerSettings,
  sessionCookie,
} from '../protocol.ts'
import { addExpiredRows } from './expired-rows.ts'
import { makeFeature, registrationFor } from './features.ts'
import { hostOptions, registerClient, user } from './host.ts'
import { loadBuilt, openStorage } from './open-storage.ts'
import { purgeLoop } from './purge-loop.ts'
import type { Served } from './served.ts'

/** Makes a provider with default settings, and a host that keeps its sessions and users in memory. */
export async function serveProvider(settings: ServerSettings): Promise<Served> {
  const core = await loadBuilt<typeof import('@oauth/core')>(settings.core, 'index.js')
  const { nodeListener } = await loadBuilt<typeof import('@oauth/core/node')>(settings.core, 'node.js')
  const { storage, db } = await openStorage(settings)
  if (settings.expired && db !== undefined) await addExpiredRows(db, settings)
  const sessions = new Map([
    [sessionCookie, { user, session: { id: 'session-1', authTime: Math.floor(Date.now() / 1000), amr: ['pwd'] } }],
  ])
  const users = new Map([[user.id, user]])
  const provider = core.createProvider({
    features: await Promise.all((settings.features ?? []).map((name) => makeFeature(settings.core, name))),
    ...hostOptions,
    storage,
    validAudiences: [resource, fastResource, eddsaResource],
    resourceOptions: {
      [fastResource]: { accessTokenSigningAlgorithm: 'ES256' },
      [eddsaResource]: { accessTokenSigningAlgorithm: 'EdDSA' },
    },
    authentication: {
      getSession: (request) => sessions.get(request.headers.get('cookie') ?? ''),
      getUser: (id) => users.get(id),
    },
    // An earlier state of the core, which `--before` measures, has no logger and does not know the option.
    ...(settings.logsTo === undefined && 'consoleLogger' in core && { logger: false as const }),
  })
  // Make the signing keys before the measurement: the purge reads them, too.
  if (settings.expired !== undefined) await provider.fetch(new Request(`${provider.issuer}/jwks`))
  const { key, ...registration } = registrationFor(settings.features ?? [])
  const pair = key ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : undefined
  const members = {
    ...registration.members,
    ...(pair && { jwks: { keys: [pair.publicKey.export({ format: 'jwk' })] } }),
  }
  const register = (name: ClientName) => registerClient(provider, storage, name, { ...registration, members })
  return {
    listener: nodeListener(provider),
    clients: settings.clients ?? {
      ES256: await register('ES256'),
      RS256: await register('RS256'),
      EdDSA: await register('EdDSA'),
    },
    ...(pair && { privateKey: pair.privateKey.export({ format: 'jwk' }) }),
    purge: purgeLoop(provider),
  }
}
