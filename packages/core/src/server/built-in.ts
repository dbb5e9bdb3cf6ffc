import { clientSecretBasic } from '../clients/auth/client-secret-basic.ts'
import { clientSecretPost } from '../clients/auth/client-secret-post.ts'
import { none } from '../clients/auth/none.ts'
import type { Feature } from '../contracts/feature.ts'
import { authorize } from '../endpoints/authorize.ts'
import { consent } from '../endpoints/consent.ts'
import { continueInteraction } from '../endpoints/continue.ts'
import { authorizationServerMetadataEndpoint, openidConfigurationEndpoint } from '../endpoints/discovery.ts'
import { introspect } from '../endpoints/introspect.ts'
import { jwks } from '../endpoints/jwks.ts'
import { revoke } from '../endpoints/revoke.ts'
import { token } from '../endpoints/token.ts'
import { userinfo } from '../endpoints/userinfo.ts'
import { authorizationCode } from '../grants/authorization-code.ts'
import { clientCredentials } from '../grants/client-credentials.ts'
import { refreshToken } from '../grants/refresh-token.ts'

/** What every server has. */
export const base: Feature = {
  name: 'base',
  endpoints: [token, introspect, revoke, jwks, authorizationServerMetadataEndpoint],
  clientAuthMethods: [clientSecretBasic, clientSecretPost, none],
}

/** What the option `grantTypes` chooses from: each with all that belongs to it. */
export const builtInGrantTypes: ReadonlyMap<string, Feature> = new Map<string, Feature>([
  [
    'authorization_code',
    {
      name: 'authorization_code',
      endpoints: [authorize, continueInteraction, consent, userinfo, openidConfigurationEndpoint],
      grantTypes: [authorizationCode],
    },
  ],
  ['client_credentials', { name: 'client_credentials', grantTypes: [clientCredentials] }],
  ['refresh_token', { name: 'refresh_token', grantTypes: [refreshToken] }],
])
