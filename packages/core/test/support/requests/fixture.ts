import type { ClientInput, RegisteredClient } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { ciba } from '@oauth/core/features/backchannel-authentication'
import { clientIdMetadataDocuments } from '@oauth/core/features/client-id-metadata-documents'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { experimentalFirstPartyAppsDraft03 } from '@oauth/core/features/first-party-apps-draft-03'
import { frontChannelLogout } from '@oauth/core/features/front-channel-logout'
import { jarm } from '@oauth/core/features/jarm'
import { jwtBearer } from '@oauth/core/features/jwt-bearer'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { memoryStorage } from '@oauth/core/memory'
import { seededRandom } from '@oauth/core/testing'
import { attestationFeature } from '../../features/attestation-based-client-auth-draft-10/attestation.ts'
import { keyHeader } from '../../features/key-header.ts'
import { jwtBearerName, trustedIdp } from '../assertions.ts'
import type { Browser } from '../browser.ts'
import { cibaGrantType } from '../ciba.ts'
import { type Authorized, allGrants, authorize, exchangeCode, type Parameters } from '../client.ts'
import { clientDocument } from '../client-documents.ts'
import { clientKey } from '../client-keys.ts'
import { deviceGrantType } from '../device-authorization.ts'
import { chat, tokenExchangeName } from '../token-exchange.ts'
import { alice, createWorld, type TestUser, type World, type WorldOptions } from '../world.ts'
import { countHost, countStorage } from './work.ts'

/** Clients by the part of their host name, which is their id too. Each has a redirect URI of its own. */
export type ClientName = 'notes' | 'desktop' | 'post' | 'keyed' | 'machine' | 'attested'

export const redirectUriOf = (name: string): string => `https://${name}.example.com/callback`
export const documentUrl = 'https://agent.example.com/client.json'
export const afterLogout = 'https://notes.example.com/bye'
/** The pages of the host that the server sends browsers to. */
export const pages = ['/login', '/consent', '/signup', '/select', '/post-login', '/logged-out'] as const

/** A world with every feature and endpoint, and what a request needs to be valid. */
export interface Fixture {
  readonly world: World
  /** Alice's browser, in which she is signed in. */
  readonly browser: Browser
  /** Every client, and the one whose metadata are a document: id and the URIs that the server may send a browser to. */
  readonly redirects: { readonly clientId: string; readonly uris: readonly string[] }[]
  /** Registers the client on first use. */
  client(name: ClientName): Promise<RegisteredClient>
  /** Gets a code for Alice. */
  authorize(name: ClientName, parameters?: Parameters): Promise<Authorized>
  // biome-ignore lint/suspicious/noExplicitAny: a token response
  tokens(name: ClientName, parameters?: Parameters, form?: Parameters): Promise<any>
}

const scope = 'openid profile email offline_access notes:read notes:write'
const { jwks } = { jwks: async () => ({ keys: [{ ...(await clientKey()).publicJwk }] }) }

async function inputs(name: ClientName): Promise<ClientInput> {
  const common = { client_id: name, client_name: name, redirect_uris: [redirectUriOf(name)], scope }
  if (name === 'desktop')
    return {
      ...common,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', deviceGrantType],
      first_party_application: true,
    }
  if (name === 'post')
    return { ...common, token_endpoint_auth_method: 'client_secret_post', grant_types: [...allGrants] }
  if (name === 'keyed')
    return {
      ...common,
      ...{ token_endpoint_auth_method: 'private_key_jwt', grant_types: [...allGrants], jwks: await jwks() },
    }
  if (name === 'attested')
    return { ...common, token_endpoint_auth_method: 'attest_jwt_client_auth', grant_types: [...allGrants] }
  if (name === 'machine')
    return {
      ...common,
      redirect_uris: [],
      scope: 'notes:read email',
      grant_types: ['client_credentials', jwtBearerName],
    }
  return {
    ...common,
    ...{ grant_types: [...allGrants, tokenExchangeName, cibaGrantType], backchannel_token_delivery_mode: 'poll' },
    ...{ jwks: await jwks(), enable_end_session: true },
    ...{ post_logout_redirect_uris: [afterLogout], user_id: alice.id },
  }
}

/**
 * Makes the world.
 * @param changes options in place of its own, for instance a listener; `features` come beside its own
 */
export async function createFixture({ features = [], ...changes }: WorldOptions = {}): Promise<Fixture> {
  const world = createWorld({
    storage: countStorage(memoryStorage()),
    random: seededRandom(7),
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
    endsSessions: true,
    selectAccountUrl: '/select',
    postLoginUrl: '/post-login',
    selectAccountResolver: countHost(() => false),
    postLoginResolver: countHost(() => false),
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    allowPublicClientPrelogin: true,
    authorizeAdmin: countHost((request: Request) => request.headers.get('x-admin') === 'yes'),
    pairwiseSecret: 'a-pairwise-secret-with-32-characters',
    userClaims: countHost((user: TestUser) => ({ name: user.name, email: user.email, email_verified: true })),
    customIdTokenClaims: countHost(() => ({ tenant: 'wonderland' })),
    customAccessTokenClaims: countHost(() => ({ tenant: 'wonderland' })),
    customUserinfoClaims: countHost(() => ({ tenant: 'wonderland' })),
    outboundFetch: countHost(async (url: string) =>
      url === documentUrl
        ? Response.json(clientDocument({ redirect_uris: [redirectUriOf('agent')] }, documentUrl))
        : new Response('', { status: 404 }),
    ),
    features: [
      ...[backChannelLogout(), frontChannelLogout(), clientIdMetadataDocuments(), jwtSecuredRequests()],
      experimentalFirstPartyAppsDraft03({
        challenge: countHost(() => ({
          ...({ type: 'authorized', userId: alice.id } as const),
          session: { id: 'application-session', authTime: 1 },
        })),
      }),
      await attestationFeature(),
      ...[pushedAuthorizationRequests(), jarm(), jwtIntrospection()],
      ciba({
        resolveUser: countHost(({ loginHint }) => (loginHint === alice.email ? alice.id : undefined)),
        notifyUser: countHost(() => {}),
        prompts: { perClient: 100, perUser: 1000 },
      }),
      deviceAuthorization({ verificationUri: '/device', codeEntries: { max: 1000 } }),
      ...[privateKeyJwt({ clientSecretJwt: true }), jwtBearer({ issuers: [await trustedIdp()] }), keyHeader()],
      tokenExchange<TestUser>({
        accessTokens: { authorize: () => ({ mode: 'delegation' }) },
        idJag: {
          audiences: [{ audience: chat, clients: { notes: 'notes-at-chat' }, scopes: 'any', resources: 'any' }],
        },
      }),
      ...features,
    ],
    ...changes,
  })
  const { sessions, users } = world
  Object.assign(sessions, { get: countHost(sessions.get.bind(sessions)) })
  Object.assign(users, { get: countHost(users.get.bind(users)) })

  const browser = world.browser()
  browser.signIn(alice)
  const clients = new Map<ClientName, Promise<RegisteredClient>>()
  const redirects = [{ clientId: documentUrl, uris: [redirectUriOf('agent')] }]
  const register = async (name: ClientName): Promise<RegisteredClient> => {
    const input = await inputs(name)
    redirects.push({ clientId: name, uris: [...(input.redirect_uris ?? [])] })
    return world.provider.registerClient(input)
  }
  const client = (name: ClientName): Promise<RegisteredClient> => {
    const known = clients.get(name) ?? register(name)
    clients.set(name, known)
    return known
  }
  const fixture: Fixture = {
    ...{ world, browser, redirects, client },
    async authorize(name, parameters = {}) {
      const request = {
        redirect_uri: redirectUriOf(name),
        scope: 'openid email offline_access notes:read',
        ...parameters,
      }
      return authorize(world, await client(name), request, { browser })
    },
    async tokens(name, parameters, form) {
      const authorized = await fixture.authorize(name, parameters)
      const sent = { redirect_uri: redirectUriOf(name), ...form }
      const { status, body } = await exchangeCode(world, await client(name), authorized, sent)
      if (status !== 200) throw new Error(`no tokens: ${JSON.stringify(body)}`)
      return body
    },
  }
  return fixture
}
