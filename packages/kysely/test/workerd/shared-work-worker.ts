import { DurableObject } from 'cloudflare:workers'
import { externalSigningKeys } from '../../../core/src/external-keys/external-signing-keys.ts'
import { clientIdMetadataDocuments } from '../../../core/src/features/client-id-metadata-documents/client-id-metadata-documents.ts'
import { signedMetadata } from '../../../core/src/features/signed-metadata/signed-metadata.ts'
import { createProvider } from '../../../core/src/index.ts'
import { memoryStorage } from '../../../core/src/memory/index.ts'
import { createTenants, tenantsByPath } from '../../../core/src/tenants/index.ts'
import { type D1Client, d1Storage, migrateD1 } from '../../src/d1/index.ts'

export { SimulatedD1 } from './simulated-d1.ts'

/** Not used here. The configuration of the tests names it. */
export class StorageObject extends DurableObject {}

interface Env {
  readonly DB: D1Client
  readonly D1_OBJECT: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

interface Server {
  fetch(request: Request): Promise<Response>
}

const baseUrl = 'https://id.example.com'
const host = {
  secret: 'a-secret-of-the-tests-0123456789-abcdef',
  loginUrl: '/login',
  consentUrl: '/consent',
  logger: false,
  authentication: { getSession: () => undefined, getUser: () => undefined },
} as const

/** The cases whose next call of the database or of the host takes longer than the request that it is for. */
const slow = new Set<string>()

/** Makes the function that the calls of a case begin with. */
function delayOf(name: string): () => Promise<void> {
  return async () => {
    if (slow.delete(name)) await new Promise((resolve) => setTimeout(resolve, 60_000))
  }
}

function d1(env: Env, delay: () => Promise<void>): D1Client {
  return {
    prepare: (sql) => env.DB.prepare(sql),
    async batch(statements) {
      await delay()
      return env.DB.batch(statements)
    },
  }
}

function onD1(env: Env, delay: () => Promise<void>): Server {
  const storage = d1Storage(d1(env, delay), { timeoutSeconds: 30 })
  return createProvider({ ...host, baseUrl, healthPages: true, storage, keyCacheSeconds: 2 })
}

function withTenants(delay: () => Promise<void>): Server {
  return createTenants({
    resolve: tenantsByPath({ baseUrl }),
    storage: memoryStorage(),
    secret: host.secret,
    logger: false,
    async options() {
      await delay()
      const { secret: _, ...options } = host
      return options
    },
  })
}

const publicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'CYMrTfGNLCjw4_FzNqpnh-0l5sCXIQ5J_uaaOXEkpkE',
  y: 'WTKv_g708Q_4jt7ZGeMxq5uE-Sey31zP97JULjDzjLo',
}

const hostWith = (signingKeys: ReturnType<typeof externalSigningKeys>) => ({
  ...host,
  baseUrl,
  storage: memoryStorage(),
  signingKeys,
  idTokenSigningAlgorithm: 'ES256' as const,
  accessTokenSigningAlgorithm: 'ES256' as const,
})

function withKeysOutside(delay: () => Promise<void>): Server {
  const signingKeys = externalSigningKeys({
    algorithms: ['ES256'],
    async list() {
      await delay()
      return [{ kid: 'k1', algorithm: 'ES256', publicKey, activatesAt: 0 }]
    },
    sign: () => new Uint8Array(64),
  })
  return createProvider(hostWith(signingKeys))
}

function withSignedMetadata(delay: () => Promise<void>): Server {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  let pair: CryptoKeyPair | undefined
  const signingKeys = externalSigningKeys({
    algorithms: ['ES256'],
    async list() {
      pair ??= (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
      const { kty, crv, x, y } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as Record<string, unknown>
      return [{ kid: 'k1', algorithm: 'ES256', publicKey: { kty, crv, x, y }, activatesAt: 0 }]
    },
    async sign({ data }) {
      await delay()
      return new Uint8Array(
        await crypto.subtle.sign(algorithm, (pair as CryptoKeyPair).privateKey, new Uint8Array(data)),
      )
    },
  })
  return createProvider({ ...hostWith(signingKeys), features: [signedMetadata()] })
}

function withDocuments(delay: () => Promise<void>): Server {
  return createProvider({
    ...host,
    baseUrl,
    storage: memoryStorage(),
    features: [clientIdMetadataDocuments()],
    async outboundFetch(url) {
      await delay()
      const document = {
        client_id: url,
        client_name: 'Notes',
        redirect_uris: ['https://app.example/callback'],
        token_endpoint_auth_method: 'none',
      }
      return Response.json(document)
    },
  })
}

const cases: Readonly<Record<string, (env: Env, delay: () => Promise<void>) => Server>> = {
  tables: onD1,
  keys: onD1,
  readiness: onD1,
  tenants: (_, delay) => withTenants(delay),
  'keys-outside': (_, delay) => withKeysOutside(delay),
  'signed-metadata': (_, delay) => withSignedMetadata(delay),
  documents: (_, delay) => withDocuments(delay),
}

const servers = new Map<string, Server>()

export default {
  /**
   * Answers `/<case>/<path>` from the server of the case, which the first request makes, as a Worker does. `/slow/<case>` makes
   * its next call slow.
   */
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const [name = '', ...path] = pathname.slice(1).split('/')
    if (name === 'migrate') return migrateD1(env.DB).then(() => new Response('ok'))
    if (name === 'slow') {
      slow.add(path[0] as string)
      return new Response('ok')
    }
    const server = servers.get(name) ?? cases[name]?.(env, delayOf(name))
    if (server === undefined) return new Response('no such case', { status: 404 })
    servers.set(name, server)
    return server.fetch(new Request(`${baseUrl}/${path.join('/')}${search}`, request))
  },
}

/** The service behind the binding `DB`. */
export const d1Service = {
  fetch: (request: Request, env: Env) => env.D1_OBJECT.getByName('database').fetch(request),
}
