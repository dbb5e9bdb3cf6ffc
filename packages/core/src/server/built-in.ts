import { codeCompletion } from '../authorization/code-completion.ts'
import { responseModes } from '../authorization/response-modes.ts'
import { clientSecretBasic } from '../clients/auth/client-secret-basic.ts'
import { clientSecretPost } from '../clients/auth/client-secret-post.ts'
import { none } from '../clients/auth/none.ts'
import type { Config } from '../contracts/config.ts'
import type { Feature } from '../contracts/feature.ts'
import { authorize } from '../endpoints/authorize.ts'
import { clientConfiguration } from '../endpoints/client-configuration.ts'
import { consent } from '../endpoints/consent.ts'
import { deleteConsent } from '../endpoints/consents/delete-consent.ts'
import { getConsent } from '../endpoints/consents/get-consent.ts'
import { getConsents } from '../endpoints/consents/get-consents.ts'
import { updateConsent } from '../endpoints/consents/update-consent.ts'
import { continueInteraction } from '../endpoints/continue.ts'
import { authorizationServerMetadataEndpoint, openidConfigurationEndpoint } from '../endpoints/discovery.ts'
import { endSession } from '../endpoints/end-session.ts'
import { introspect } from '../endpoints/introspect.ts'
import { jwks } from '../endpoints/jwks.ts'
import { login } from '../endpoints/login.ts'
import { register } from '../endpoints/register.ts'
import { revoke } from '../endpoints/revoke.ts'
import { token } from '../endpoints/token.ts'
import { userinfo } from '../endpoints/userinfo.ts'
import { authorizationCode } from '../grants/authorization-code.ts'
import { clientCredentials } from '../grants/client-credentials.ts'
import { refreshToken } from '../grants/refresh-token.ts'
import { clientManagement, clientsBeforeLogin } from './client-management.ts'

/** The endpoints that every server has. */
const base: Feature = {
  name: 'base',
  start: (core) => ({
    endpoints: [token, introspect, revoke, authorizationServerMetadataEndpoint(core), ...clientManagement],
  }),
}

const clientAuthentication: readonly Feature[] = [clientSecretBasic, clientSecretPost, none].map((method) => ({
  name: method.name,
  start: () => ({ clientAuthMethods: [method] }),
}))

/** The JWKS endpoint, for servers that sign with keys of their own: all but those with `disableJwtPlugin`. */
const signingKeys: Feature = { name: 'signing_keys', start: () => ({ endpoints: [jwks] }) }

/** The logout endpoint, for hosts that can end a session, when ID tokens are issued. */
const sessionEnd: Feature = { name: 'end_session', start: () => ({ endpoints: [endSession] }) }

/** The registration endpoints, for servers at which clients register themselves. */
const dynamicRegistration: Feature = {
  name: 'dynamic_registration',
  start: () => ({ endpoints: [register, clientConfiguration] }),
}

/** The features that the option `grantTypes` chooses from: each grant type with everything that belongs to it. */
const grantTypes: readonly Feature[] = [
  {
    name: 'authorization_code',
    start: (core) => ({
      endpoints: [
        ...[authorize, continueInteraction, consent, login, userinfo, openidConfigurationEndpoint(core)],
        ...[getConsents, getConsent, updateConsent, deleteConsent],
      ],
      grantTypes: [authorizationCode],
      completions: [codeCompletion],
      responseModes,
    }),
  },
  { name: 'client_credentials', start: () => ({ grantTypes: [clientCredentials] }) },
  { name: 'refresh_token', start: (core) => ({ grantTypes: [refreshToken(core)] }) },
]

/**
 * Returns the built-in features that the options choose.
 * @throws {TypeError} for an unknown grant type
 */
export function builtInFeatures(config: Config): readonly Feature[] {
  const optional: readonly (readonly [boolean, Feature])[] = [
    [!config.jwtDisabled, signingKeys],
    [config.registration.prelogin, clientsBeforeLogin],
    [config.registration.enabled, dynamicRegistration],
    [config.authentication.endSession !== undefined && config.grantTypes.includes('authorization_code'), sessionEnd],
  ]
  const chosen = config.grantTypes.map((name) => {
    const feature = grantTypes.find((one) => one.name === name)
    if (feature !== undefined) return feature
    const known = grantTypes.map((one) => one.name).join(', ')
    throw new TypeError(`grantTypes: ${name} is not known. Use ${known}; other grant types come with a feature`)
  })
  return [base, ...clientAuthentication, ...optional.flatMap(([on, feature]) => (on ? feature : [])), ...chosen]
}
