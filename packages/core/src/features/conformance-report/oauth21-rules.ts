import { type ClientRule, cannotTell, met, metIf, type ServerRule } from '../../conformance/rule.ts'
import { isLoopbackRedirectUri } from '../../protocol/redirect-uri.ts'

/** RFC 9700 has the security rules that OAuth 2.1 takes over, in sections whose numbers do not move. */
const practice = 'https://www.rfc-editor.org/rfc/rfc9700'
const draft = 'https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1'

export const oauth21ServerRules: readonly ServerRule[] = [
  {
    id: 'oauth2.1-no-implicit-grant',
    requirement: 'No access token leaves the authorization endpoint: there is no implicit grant.',
    section: `${practice}#section-2.1.2`,
    rate: () => met('response_type is code'),
  },
  {
    id: 'oauth2.1-no-password-grant',
    requirement: 'Clients do not get passwords of users: there is no password grant.',
    section: `${practice}#section-2.4`,
    rate: ({ registry }) =>
      metIf(!registry.grantTypes.has('password'), 'remove the feature that brings the grant type password'),
  },
  {
    id: 'oauth2.1-pkce-for-registrants',
    requirement: 'Clients that register themselves must use PKCE.',
    section: `${practice}#section-2.1.1`,
    rate: ({ config }) =>
      metIf(!config.registration.withoutPkce, 'leave the option dangerouslyAllowRegistrationWithoutPkce out'),
  },
  {
    id: 'oauth2.1-secrets-for-known-registrants',
    requirement: 'Nobody gets a client secret without being known.',
    section: `${draft}#section-2.4`,
    rate: ({ config }) =>
      metIf(
        !config.registration.anonymousSecrets,
        'leave the option dangerouslyAllowUnauthenticatedConfidentialClients out',
      ),
  },
  {
    id: 'oauth2.1-exact-redirect-uris',
    requirement: 'Redirect URIs are compared as they are; only the port of a loopback address may differ.',
    section: `${practice}#section-2.1`,
    rate: () => met(),
  },
  {
    id: 'oauth2.1-mix-up',
    requirement: 'Authorization responses name the issuer, so that clients of several servers are not mixed up.',
    section: `${practice}#section-4.4.2`,
    rate: () => met('iss is in every response'),
  },
  {
    id: 'oauth2.1-code-lifetime',
    requirement: 'Authorization codes work once and for ten minutes at most.',
    section: `${draft}#section-4.1.2`,
    rate: ({ config }) =>
      metIf(
        config.lifetimes.authorizationCode <= 600,
        'set the option authorizationCodeTtlSeconds to at most 600',
        `${config.lifetimes.authorizationCode} s`,
      ),
  },
  {
    id: 'oauth2.1-refresh-tokens',
    requirement: 'Refresh tokens of public clients rotate or are bound to a key, and a replay ends the grant.',
    section: `${practice}#section-2.2.2`,
    rate: ({ config }) => (config.grantTypes.includes('refresh_token') ? met('they rotate') : undefined),
  },
  {
    id: 'oauth2.1-access-token-audience',
    requirement: 'Access tokens are for the resource that the client named.',
    section: `${practice}#section-2.3`,
    rate: ({ config }) =>
      config.bindResources === false
        ? cannotTell(
            'set the option bindResources to true, unless each of your APIs checks aud and no client chooses another resource at the token endpoint',
          )
        : met('bindResources'),
  },
  {
    id: 'oauth2.1-https',
    requirement: 'The issuer is an https URL.',
    section: `${practice}#section-2.6`,
    rate: ({ config }) => metIf(config.secure, 'set the option baseUrl to an https URL', config.issuer),
  },
  {
    id: 'oauth2.1-guessing',
    requirement: 'Guessing credentials is limited.',
    section: `${draft}#section-2.4.1`,
    rate: ({ config }) =>
      config.rateLimit === undefined
        ? cannotTell('set the option rateLimit, or look whether your proxy limits requests to the token endpoint')
        : met('rateLimit'),
  },
]

export const oauth21DeploymentRules: readonly ServerRule[] = [
  {
    id: 'oauth2.1-tls',
    requirement: 'Every request reaches the server over TLS, and nothing between them reads it.',
    section: `${draft}#section-1.5`,
    rate: () =>
      cannotTell('look at the TLS settings of your proxy, and at the connection from the proxy to this server'),
  },
  {
    id: 'oauth2.1-logs',
    requirement: 'Logs of proxies have no codes and tokens.',
    section: `${practice}#section-4.3`,
    rate: () => cannotTell('look whether your proxy writes queries and Authorization headers to its log'),
  },
]

export const oauth21ClientRules: readonly ClientRule[] = [
  {
    id: 'oauth2.1-pkce',
    requirement: 'The server demands PKCE of the client.',
    section: `${practice}#section-2.1.1`,
    rate: ({ metadata, inForce }) =>
      metadata.grant_types.includes('authorization_code')
        ? metIf(metadata.require_pkce || inForce.pkce === true, 'set require_pkce to true')
        : undefined,
  },
  {
    id: 'oauth2.1-redirect-uris',
    requirement: 'Redirect URIs with http are loopback addresses.',
    section: `${practice}#section-2.6`,
    rate({ metadata }) {
      const plain = metadata.redirect_uris.find((uri) => /^http:/i.test(uri) && !isLoopbackRedirectUri(uri))
      return metIf(plain === undefined, `replace the redirect URI ${plain} by one with https`)
    },
  },
  {
    id: 'oauth2.1-machines',
    requirement: 'A client that gets tokens without a user authenticates.',
    section: `${draft}#section-4.2`,
    rate: ({ metadata, registry }) =>
      metadata.grant_types.some((name) => registry.grantTypes.get(name)?.withoutUser === true)
        ? metIf(
            metadata.token_endpoint_auth_method !== 'none',
            'register another token_endpoint_auth_method than none, or leave the grant type out',
          )
        : undefined,
  },
  {
    id: 'oauth2.1-known-method',
    requirement: 'This server has the authentication method of the client.',
    section: `${practice}#section-2.5`,
    rate: ({ metadata: { token_endpoint_auth_method: method }, registry }) =>
      metIf(
        registry.clientAuthMethods.has(method),
        `add the feature for ${method}, or register another method`,
        method,
      ),
  },
]
