import type { GrantType } from '../../contracts/grant-type.ts'
import { decidePoll, type PolledGrant } from '../../cross-device/poll.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { cibaGrantType } from './grant-type-name.ts'
import { findByAuthReqId } from './stored-request.ts'

/** What is particular to it beside other grants whose clients poll. */
export const polled: PolledGrant = {
  grantType: cibaGrantType,
  parameter: 'auth_req_id',
  called: 'auth_req_id',
  expired(core, { id, userId = '', value }) {
    core.emit({ type: 'ciba.expired', clientId: value.authorization.clientId, userId, cibaRequestId: id })
  },
}

/**
 * Gives a client its tokens once its user has approved ({@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_request CIBA Core section
 * 10.1}).
 */
export const cibaGrant: GrantType = {
  name: cibaGrantType,
  publicClients: false,
  withoutUser: false,
  directRequests: 'backchannel_authentication_endpoint',
  async decide(core, request) {
    const { client, parameters } = request
    if (client.metadata.backchannel_token_delivery_mode === 'push') {
      throw new OAuthError('unauthorized_client', 'tokens are sent to this client: it may not ask for them')
    }
    const authReqId = parameters.get('auth_req_id')
    if (authReqId === undefined) throw new OAuthError('invalid_request', 'missing auth_req_id')
    return decidePoll(core, polled, request, await findByAuthReqId(core, authReqId))
  },
}
