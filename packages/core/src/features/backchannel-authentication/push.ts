import type { Core } from '../../contracts/core.ts'
import type { NewGrant } from '../../contracts/grant.ts'
import type { Issuance, IssuedBeside, TokenAnswer } from '../../contracts/issuance.ts'
import { issuance } from '../../cross-device/poll.ts'
import { parseParameters } from '../../http/parameters.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { requireMode } from './demands.ts'
import { polled } from './grant-type.ts'
import { endpointOf, inBackground, notifyClient, post, unopened } from './notify.ts'
import type { CibaRules } from './options.ts'
import { bindingsOf } from './proved.ts'
import { type BackchannelRecord, type Notification, unsealNotification } from './stored-request.ts'

/** A request of a client in the mode `push`, and what is needed to send its tokens. */
export interface Pushable extends Notification {
  readonly client: ClientRecord
  readonly record: BackchannelRecord
  readonly endpoint: string
}

/**
 * Checks, before anything is decided, that this process may and can send the client its tokens.
 * @throws {OAuthError} `unauthorized_client` when a security profile does not allow it
 * @throws {Error} when the option does not allow it, or what the client is notified with cannot be read
 */
export async function openPush(
  core: Core,
  rules: CibaRules,
  client: ClientRecord,
  record: BackchannelRecord,
): Promise<Pushable> {
  if (!rules.deliveryModes.includes('push')) {
    throw new Error('ciba: the client gets its tokens by push: add push to the option deliveryModes of this process')
  }
  requireMode(core, client)
  const { sealed } = record.value
  const endpoint = endpointOf(client)
  if (sealed === undefined || endpoint === undefined) {
    throw new Error(
      `ciba: the client ${client.id} registered for push after it had asked, so nothing can be sent to it`,
    )
  }
  const notification = await unsealNotification(core, record.id, sealed)
  if (notification === undefined) throw unopened()
  return { ...notification, client, record, endpoint }
}

/**
 * Issues the tokens of an approved request. One transaction takes the request and stores the grant with its tokens, so of
 * several decisions at the same time one wins.
 * @returns the tokens; `gone` when something else was first, and `withdrawn` when the access was withdrawn meanwhile, which
 * uses the request up
 * @throws what a hook, a feature or the storage throws; no grant of the request stands then
 */
export async function issuePushed(
  core: Core,
  rules: CibaRules,
  pushable: Pushable,
  newGrant: NewGrant,
): Promise<TokenAnswer['body'] | 'gone' | 'withdrawn'> {
  const { client, record, authReqId } = pushable
  const request = { client, parameters: parseParameters('') }
  const made = issuance(core, polled, request, { ...record, answer: { kind: 'approved', newGrant } })
  let refused: 'gone' | 'withdrawn' | undefined
  let written = false
  const commit: Issuance['commit'] = async (minted) => {
    written = true
    try {
      return await made.commit(minted)
    } catch (thrown) {
      if (thrown instanceof OAuthError) refused = thrown.code === 'access_denied' ? 'withdrawn' : 'gone'
      throw thrown
    }
  }
  const idTokenClaims = claimsFor(authReqId)
  try {
    return (await core.issue({ ...made, ...bindingsOf(core, record.value), idTokenClaims, commit })).body
  } catch (thrown) {
    if (refused !== undefined) return refused
    // The outcome of the write is not known, or something failed after it. Nobody has seen the tokens.
    if (written && (await end(core, newGrant.grant.id).catch(() => false))) {
      notifyClient(core, rules, { client, record, error: 'transaction_failed' })
    }
    throw thrown
  }
}

/**
 * The claims that bind the ID token to the message it comes in ({@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#successful_token_push CIBA Core
 * section 10.3.1}).
 */
function claimsFor(authReqId: string) {
  return async ({ refreshToken, hash }: IssuedBeside): Promise<Readonly<Record<string, unknown>>> => ({
    'urn:openid:params:jwt:claim:auth_req_id': authReqId,
    'urn:openid:params:jwt:claim:rt_hash': refreshToken && (await hash(refreshToken)),
  })
}

/**
 * Sends a client its tokens. It does not wait for the client. Tokens that did not arrive are revoked with their grant: nobody
 * could use them, or only somebody who should not.
 */
export function pushTokens(core: Core, rules: CibaRules, pushable: Pushable, tokens: PushedTokens): void {
  const { client, record, endpoint, token, authReqId } = pushable
  const { body, grantId } = tokens
  inBackground(core, rules, async () => {
    const of = { clientId: client.id, userId: record.userId ?? '' }
    const message = { endpoint, token, body: { ...body, auth_req_id: authReqId } }
    const { attempts, failure } = await post(core, rules, message)
    if (failure === undefined) {
      core.emit({ type: 'ciba.notified', ...of, attempts })
      return
    }
    core.emit({ type: 'ciba.push_failed', ...of, grantId, attempts, ...failure.reason })
    await end(core, grantId)
  })
}

/** The tokens of a grant, as the token endpoint would answer with them. */
export interface PushedTokens {
  readonly body: TokenAnswer['body']
  readonly grantId: string
}

async function end(core: Core, grantId: string): Promise<boolean> {
  const ended = await core.storage.grants.revoke({ id: grantId, now: core.clock.now() })
  if (ended) core.emit({ type: 'grant.revoked', grantId })
  return ended
}
