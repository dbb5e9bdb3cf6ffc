import type { GrantType } from '../contracts/grant-type.ts'
import { isScopeReplaced } from '../policy/instead-of-scope.ts'
import { machineAccess } from '../policy/machine-access.ts'
import { machineResources } from '../policy/resource.ts'
import { machineScope } from '../policy/scope.ts'

/**
 * Issues a token to a client on its own behalf, without a user ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 section 4.4}).
 */
export const clientCredentials: GrantType = {
  name: 'client_credentials',
  publicClients: false,
  withoutUser: true,
  async decide(ctx, { client, parameters }) {
    const access = machineAccess(client, ctx.config)
    const scope = isScopeReplaced(ctx.registry, parameters)
      ? []
      : machineScope(client, parameters.get('scope'), access.scopes)
    return {
      grantType: 'client_credentials',
      client,
      scope,
      resources: machineResources(parameters.all('resource'), scope, access.resources, ctx.config),
      refresh: false,
      async commit({ accessToken }) {
        if (accessToken !== undefined) await ctx.storage.accessTokens.insert(accessToken)
        return {}
      },
    }
  },
}
