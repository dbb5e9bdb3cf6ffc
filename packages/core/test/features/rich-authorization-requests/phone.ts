import { OAuthError } from '@oauth/core'
import { type Feature, type GrantType, grantedResources, parseParameters } from '@oauth/core/feature'

declare module '@oauth/core' {
  interface GrantTypeNames {
    'urn:example:grant-type:phone': true
  }
}

const name = 'urn:example:grant-type:phone'

/**
 * A grant whose user has approved on a phone, in small what CIBA is: no interaction and no session. The request names what
 * the client wants in `wanted`, because the token request may name less by `authorization_details`.
 */
export function phone(): Feature<'phone'> {
  return { name: 'phone', start: () => ({ grantTypes: [grantType] }) }
}

const grantType: GrantType = {
  name,
  publicClients: false,
  withoutUser: false,
  async decide(core, { client, parameters }) {
    const userId = parameters.get('login_hint')
    if (userId === undefined) throw new OAuthError('invalid_request', 'login_hint is missing')
    const asked = parseParameters(
      new URLSearchParams({ authorization_details: parameters.get('wanted') ?? '' }).toString(),
    )
    const scope = core.readScope(client, asked)
    const read = await core.readParameters(client, asked)
    const withdrawals = await core.knownWithdrawals(client, userId)
    const extra = await core.approveParameters(read, { client, userId })
    const newGrant = core.grantFor({ client, userId, scope, withdrawals, ...(extra !== undefined && { extra }) })
    return {
      grantType: name,
      client,
      grant: newGrant.grant,
      scope,
      resources: grantedResources(parameters.all('resource'), newGrant.grant.resources, core.config),
      refresh: false,
      async commit({ accessToken }) {
        await core.commitGrant(newGrant, { ...(accessToken && { accessToken }) })
        return {}
      },
    }
  },
}
