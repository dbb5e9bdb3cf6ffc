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

/** What every server has. */
export const base: Feature = {
  name: 'base',
  endpoints: [token, introspect, revoke, authorizationServerMetadataEndpoint, ...clientManagement],
  clientAuthMethods: [clientSecretBasic, clientSecretPost, none],
}

/** For servers that sign with keys of their own: all but those with `disableJwtPlugin`. */
const signingKeys: Feature = { name: 'signing_keys', endpoints: [jwks] }

/** For hosts that can end a session, where there are ID tokens. */
const sessionEnd: Feature = { name: 'end_session', endpoints: [endSession] }

/** For servers with which clients register themselves. */
const dynamicRegistration: Feature = { name: 'dynamic_registration', endpoints: [register, clientConfiguration] }

/** The parts that single options turn on. */
export function chosenByOptions(config: Config): readonly Feature[] {
  const parts: readonly (readonly [boolean, Feature])[] = [
    [!config.jwtDisabled, signingKeys],
    [config.registration.prelogin, clientsBeforeLogin],
    [config.registration.enabled, dynamicRegistration],
    [config.authentication.endSession !== undefined && config.grantTypes.includes('authorization_code'), sessionEnd],
  ]
  return parts.flatMap(([on, feature]) => (on ? feature : []))
}

/** What the option `grantTypes` chooses from: each with all that belongs to it. */
export const builtInGrantTypes: ReadonlyMap<string, Feature> = new Map<string, Feature>([
  [
    'authorization_code',
    {
      name: 'authorization_code',
      endpoints: [
        ...[authorize, continueInteraction, consent, login, userinfo, openidConfigurationEndpoint],
        ...[getConsents, getConsent, updateConsent, deleteConsent],
      ],
      grantTypes: [authorizationCode],
      responseModes,
    },
  ],
  ['client_credentials', { name: 'client_credentials', grantTypes: [clientCredentials] }],
  ['refresh_token', { name: 'refresh_token', grantTypes: [refreshToken] }],
])
