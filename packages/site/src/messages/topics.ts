/** A group of messages with the same remedy, where a message cannot be explained alone. */
export interface Topic {
  readonly title: string
  /** What helps with all of them. */
  readonly help: string
  /** Beginnings of paths below `packages/`. The first topic that matches has the message. */
  readonly paths: readonly string[]
  /** Whether it has the reasons that only events and `provider.ready()` show, and nothing else. */
  readonly reasons?: true
}

const features = 'core/src/features/'

/** Texts of protocol errors, which clients and their developers read. */
export const clientTopics: readonly Topic[] = [
  {
    title: 'Requests and forms',
    help: 'The request could not be read, before any rule of OAuth was looked at. Endpoints of the protocol take forms (`application/x-www-form-urlencoded`) with each parameter once; those that manage clients and consents take JSON.',
    paths: ['core/src/http/', 'core/src/server/', 'core/src/provider.ts', 'core/src/endpoints/managed-request.ts'],
  },
  {
    title: 'Registering and changing clients',
    help: 'The metadata of a client does not fit itself, the server, or whoever sets it. Every member is explained in [Client metadata](client-metadata.md); who may set which: [Clients](../concepts.md#clients).',
    paths: [
      'core/src/clients/metadata',
      'core/src/clients/dynamic',
      'core/src/clients/create',
      'core/src/clients/change',
      'core/src/clients/rights',
      'core/src/clients/jwks',
      'core/src/clients/encrypted',
      'core/src/clients/resources',
      'core/src/clients/replace',
      'core/src/clients/sector',
      'core/src/clients/scope-policy',
      'core/src/clients/self',
      'core/src/clients/list',
      'core/src/clients/administer',
      'core/src/clients/caller',
      'core/src/clients/initial',
      'core/src/clients/registration',
      'core/src/clients/rotate',
      'core/src/clients/trust',
      'core/src/clients/managed',
      'core/src/clients/machine',
      'core/src/clients/update',
      'core/src/clients/register',
      'core/src/clients/secret',
      'core/src/clients/loopback',
      'core/src/clients/shown',
      'core/src/clients/possible',
      'core/src/clients/substitute',
      'core/src/endpoints/register',
      'core/src/endpoints/clients/',
      'core/src/endpoints/admin/',
      'core/src/endpoints/client-configuration',
      'core/src/policy/response-signing',
      `${features}back-channel-logout/`,
      `${features}front-channel-logout/`,
      `${features}backchannel-authentication/client-metadata`,
      `${features}mutual-tls/client-metadata`,
      `${features}mutual-tls/registered`,
      `${features}private-key-jwt/client-metadata`,
      `${features}jwt-secured-requests/client-metadata`,
      `${features}encrypted-responses/`,
    ],
  },
  {
    title: 'Client authentication',
    help: 'The client did not prove that it is itself. Which method is registered, and what the libraries send: [Client libraries](../clients.md#questions); keys: [Keys of clients](../features.md#keys-of-clients).',
    paths: [
      'core/src/clients/',
      'core/src/keys/',
      `${features}private-key-jwt/`,
      `${features}mutual-tls/`,
      `${features}attestation-based`,
      `${features}client-id-metadata-documents/`,
    ],
  },
  {
    title: 'Authorization requests',
    help: 'The URL to which the client sent the user is wrong. While the client or its redirect URI are not verified, the user sees a page; afterwards the error goes to the redirect URI.',
    paths: [
      'core/src/authorization/',
      'core/src/request-objects/',
      'core/src/policy/pkce',
      'core/src/policy/response-mode',
      'core/src/policy/audience',
      'core/src/policy/authentication-context',
      'core/src/policy/interaction',
      'core/src/endpoints/authorize',
      'core/src/protocol/',
      `${features}pushed`,
      `${features}jwt-secured`,
      `${features}jarm`,
      `${features}rich-authorization`,
    ],
  },
  {
    title: 'Sign-in, consent and your pages',
    help: 'A page of yours, or the browser on its way back, did not do what the interaction needs. What each page has to do: [Custom pages](../custom-pages.md).',
    paths: [
      'core/src/interaction/',
      'core/src/sessions/',
      'core/src/consents/',
      'core/src/endpoints/consent',
      'core/src/endpoints/login',
      'core/src/endpoints/continue',
      'core/src/withdrawals/',
      `${features}first-party`,
    ],
  },
  {
    title: 'Codes and refresh tokens',
    help: 'The token endpoint refused a code or a refresh token. Each is for one client, and a code also for one redirect URI and one verifier. A second use of a code ends its grant.',
    paths: ['core/src/grants/', 'core/src/endpoints/token', 'core/src/policy/refresh', 'core/src/policy/grant'],
  },
  {
    title: 'Scopes, resources and rights',
    help: 'The client asks for more than it is registered for, or than the user granted: [Tokens](../concepts.md#tokens), [Scopes that are ignored](../concepts.md#scopes-that-are-ignored).',
    paths: ['core/src/policy/'],
  },
  {
    title: 'Access tokens at endpoints of the server',
    help: 'Userinfo, introspection and revocation: send the token once, in the right place, and with the proof to which it is bound.',
    paths: [
      'core/src/tokens/',
      'core/src/endpoints/userinfo',
      'core/src/endpoints/introspect',
      'core/src/endpoints/revoke',
      'core/src/endpoints/jwks',
      'core/src/endpoints/discovery',
      `${features}jwt-introspection`,
      'core/src/claims/',
    ],
  },
  {
    title: 'Proofs of keys',
    help: 'The token is bound to a key, and the proof does not fit the request: [DPoP](../features.md#dpop), [mutual TLS](../features.md#mutual-tls).',
    paths: [`${features}dpop/`],
  },
  {
    title: 'Devices and the back channel',
    help: 'The user answers on another device: [Device authorization](../features.md#device-authorization), [CIBA](../features.md#backchannel-authentication).',
    paths: ['core/src/cross-device/', `${features}device-authorization/`, `${features}backchannel-authentication/`],
  },
  {
    title: 'Assertions and token exchange',
    help: 'A token of another issuer, or of another client, was not accepted: [Enterprise](../enterprise.md), [Token exchange](../features.md#token-exchange).',
    paths: ['core/src/assertions/', `${features}jwt-bearer/`, `${features}token-exchange/`],
  },
  {
    title: 'Logout',
    help: 'What a client sends to end a session: [Logout](../logout.md#a-client-asks-for-it).',
    paths: ['core/src/logout/', 'core/src/endpoints/end-session'],
  },
  {
    title: 'The server cannot answer now',
    help: 'Nothing is wrong with the request. The client repeats it after `Retry-After`; operators read the event.',
    paths: ['core/src/external-keys/', 'core/src/host/', 'core/src/tenants/'],
  },
  {
    title: 'Security profiles',
    help: 'The profile of the client demands more: [Profiles](../profiles.md).',
    paths: [
      `${features}fapi2/`,
      'core/src/conformance/',
      `${features}signed-metadata/`,
      `${features}conformance-report/`,
    ],
  },
]

/** Texts that `createProvider`, features and other packages throw before they serve anything. */
export const startTopics: readonly Topic[] = [
  {
    title: 'Options',
    help: 'An option of `createProvider` is missing, unknown or wrong. Every option: [Options](../options.md). A text in this list that begins with a verb completes "option _name_:".',
    paths: [
      'core/src/config/',
      'core/src/server/built-in',
      'core/src/server/rate-limit',
      'core/src/interaction/page-url',
      'core/src/http/',
    ],
  },
  {
    title: 'Putting features together',
    help: 'Two features do not fit each other or the options, or a feature of your own is not complete: [Writing a feature](../writing-a-feature.md).',
    paths: ['core/src/server/', 'core/src/contracts/'],
  },
  {
    title: 'Options of features',
    help: 'An option of a feature is wrong. The options of each: [Features](features.md).',
    paths: [
      features,
      'core/src/assertions/trust',
      'core/src/presets/',
      'core/src/external-keys/options',
      'core/src/external-keys/public-key',
    ],
  },
  {
    title: 'Databases',
    help: '`@oauth/kysely` cannot use the database as it was given: [Storage](../storage.md).',
    paths: ['kysely/src/'],
  },
  {
    title: 'APIs',
    help: 'An option of `@oauth/resource-server` is wrong: [Protecting an API](../protecting-an-api.md#options).',
    paths: ['resource-server/src/'],
  },
  {
    title: 'Redis',
    help: 'An option of `redisRateLimiter` or `redisClientCacheSignal` is wrong: [`@oauth/redis`](../../packages/redis/README.md).',
    paths: ['redis/src/'],
  },
  {
    title: 'Many issuers',
    help: 'An option of `createTenants` or of one tenant is wrong: [Many issuers in one process](../tenants.md).',
    paths: ['core/src/tenants/'],
  },
  {
    title: 'Ready pages',
    help: 'An option of `createPages` or `cookieSessions` is wrong: [`@oauth/pages`](../../packages/pages/README.md).',
    paths: ['pages/src/'],
  },
]

/** Texts that reach your own code or its logs while the server runs. */
export const codeTopics: readonly Topic[] = [
  {
    title: 'Answers of your functions',
    help: 'A function that you gave to the server answered with something of the wrong type. The request ends with `server_error`, and the event `request.failed` has this text: [What you answer is checked](../concepts.md#what-you-answer-is-checked).',
    paths: ['core/src/host/', 'core/src/assertions/', 'core/src/external-keys/', features, 'pages/src/'],
  },
  {
    title: 'Calls of the provider',
    help: 'A server-side method got a wrong argument: [The provider](provider.md).',
    paths: [
      'core/src/provider.ts',
      'core/src/logout/',
      'core/src/consents/',
      'core/src/clients/list',
      'core/src/clients/rotate',
      'core/src/clients/initial',
    ],
  },
  {
    title: 'Storage',
    help: 'The database failed, or a storage of your own does not keep its contract: [Storage](../storage.md).',
    paths: [
      'kysely/src/',
      'core/src/memory/',
      'core/src/records/',
      'core/src/interaction/',
      'core/src/storage/',
      'core/src/tenants/',
      'redis/src/',
    ],
  },
  {
    title: 'Adapters and Node',
    help: 'The framework, or the connection, got in the way before the server could read the request.',
    paths: ['express/src/', 'hono/src/', 'next/src/', 'core/src/node/'],
  },
  {
    title: 'Reasons in events',
    reasons: true,
    help: 'The true reason of a refusal or failure: clients do not see it. It is the `cause` of the events [`request.refused`](events.md#requestrefused) and [`request.failed`](events.md#requestfailed), the `reason` of [`client.authentication_failed`](events.md#clientauthentication_failed) and others, or the `problem` of [`provider.ready()`](provider.md#ready).',
    paths: ['core/src/'],
  },
  {
    title: 'Documents that the server fetches',
    help: 'Keys, request objects, client documents and sector lists of clients: the server could not fetch one, or must not. Look at the URL from the machine of the server; a proxy goes into [`outboundFetch`](../options.md#outboundfetch).',
    paths: ['core/src/http/', 'core/src/keys/client-keys', 'core/src/clients/sector'],
  },
  {
    title: 'Within the server',
    help: 'A rule of the server was broken by a feature of yours, a storage of yours, or a fault of ours. The client gets `server_error`, and the event [`request.failed`](events.md#requestfailed) has the text.',
    paths: ['core/src/'],
  },
]
