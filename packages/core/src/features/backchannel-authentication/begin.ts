import type { Core } from '../../contracts/core.ts'
import type { ClientCall, ClientEndpoint } from '../../contracts/endpoint.ts'
import { addParameters } from '../../http/add-parameters.ts'
import { json } from '../../http/json.ts'
import { isPublic, isSelfRegistered, requireRegisteredGrantType } from '../../policy/client.ts'
import { requireSupport } from '../../policy/client-support.ts'
import { requireDirectGrantType } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { claimOnce } from '../../records/replays.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { boundParameters, withProofHeaders } from '../../tokens/binding.ts'
import { requireDemands } from './demands.ts'
import { cibaGrantType } from './grant-type-name.ts'
import { findUser, readHint } from './hints.ts'
import type { CibaRules } from './options.ts'
import { countPrompt } from './prompts.ts'
import { isPushed, readProved } from './proved.ts'
import { type CibaParameters, readCibaParameters, requireOpenidParameter } from './request-parameters.ts'
import { show } from './shown-request.ts'
import { type ReadRequest, readSignedRequest } from './signed-request.ts'
import { type BackchannelRecord, createAuthReqId, kind, ownerOf, sealNotification } from './stored-request.ts'

/** The name of the endpoint, in `provider.handlers` and of its rate limit. */
export const cibaEndpointName = 'backchannelAuthentication'

const path = '/oauth2/backchannel_authentication'

/**
 * The backchannel authentication endpoint ({@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_backchannel_endpoint CIBA
 * Core section 7}).
 */
export function cibaEndpoint(rules: CibaRules): ClientEndpoint {
  return {
    name: cibaEndpointName,
    path,
    methods: ['POST'],
    errors: 'json',
    rateLimit: cibaEndpointName,
    metadata: 'backchannel_authentication_endpoint',
    handleClient: (core, call) => begin(core, call, rules),
  }
}

async function begin(core: Core, call: ClientCall, rules: CibaRules): Promise<Response> {
  const { request, client, parameters: sent, evidence } = call
  requireClient(client, rules)
  requireDirectGrantType(core, client, cibaGrantType)
  // The proof comes first, as at the token endpoint. The request is then bound to its key, and to that of an instance.
  const binding = await core.readBinding(request, { endpoint: core.config.issuer + path, client, evidence })
  return withProofHeaders(binding?.headers, async () => {
    const read = await readSignedRequest(core, client, sent, rules)
    const parameters = addParameters(read.parameters, boundParameters(binding, evidence?.instance))
    requireOpenidParameter(parameters)
    const hint = readHint(parameters)
    const own = readCibaParameters(client, parameters, rules)
    // Neither `nonce` nor `claims` is a parameter of such a request.
    const { nonce: _, claims: _claims, ...authorization } = await core.readDirectRequest(client, parameters)
    if (!authorization.scope.includes('openid')) throw new OAuthError('invalid_scope', 'the client must have openid')
    requireSupport(core, client, authorization.scope)
    requireDemands(core, client, parameters)
    const proved = isPushed(client) ? await readProved(core, call, { authorization, binding }) : undefined
    const userId = await findUser(core, rules, client, hint)
    const { authReqId, id } = await createAuthReqId(core)
    const now = core.clock.now()
    const record: BackchannelRecord = {
      kind,
      id,
      ownerId: await ownerOf(core, userId),
      clientId: client.id,
      userId,
      value: {
        authorization,
        goodUntil: now + own.lifetime,
        interval: rules.intervalSeconds,
        ...(own.bindingMessage !== undefined && { bindingMessage: own.bindingMessage }),
        ...(own.notificationToken !== undefined && {
          sealed: await sealNotification(core, id, { authReqId, token: own.notificationToken }),
        }),
        ...(proved !== undefined && { proved }),
      },
      version: 1,
      createdAt: now,
      // A client that comes late is told that its request has expired, rather than that it is unknown.
      expiresAt: now + 2 * own.lifetime,
    }
    await countPrompt(core, { id, userId, clientId: client.id }, record.value.goodUntil, rules.prompts)
    await checkUserCode(rules, userId, own)
    await useOnce(core, client, read)
    await storeAndTell(core, client, record, rules)
    const answer = {
      auth_req_id: authReqId,
      expires_in: own.lifetime,
      ...(!isPushed(client) && { interval: rules.intervalSeconds }),
    }
    return json(200, answer, binding?.headers)
  })
}

/** @throws {OAuthError} `unauthorized_client` */
function requireClient(client: ClientRecord, { clients, deliveryModes }: CibaRules): void {
  const { id, metadata } = client
  if (isPublic(client)) throw unauthorized('public clients may not use the back channel: they prove nothing')
  requireRegisteredGrantType(client, cibaGrantType)
  const mode = metadata.backchannel_token_delivery_mode
  if (mode === undefined || !deliveryModes.includes(mode)) {
    throw unauthorized(
      `this server does not support the client's backchannel_token_delivery_mode ${mode}`,
      `the option deliveryModes of ciba does not have ${mode}, with which the client ${id} is registered`,
    )
  }
  if (clients === undefined ? !isSelfRegistered(client) : clients.includes(id)) return
  throw unauthorized(
    'this client may not use the back channel of this server',
    clients === undefined
      ? `the client ${id} registered itself: name it in the option clients of ciba`
      : `the option clients of ciba does not have ${id}`,
  )
}

function unauthorized(description: string, cause?: string): OAuthError {
  return new OAuthError('unauthorized_client', description, cause === undefined ? {} : { cause: new Error(cause) })
}

/** Wrong codes count like any other request, so that nobody tries all of them. */
async function checkUserCode(
  { verifyUserCode }: CibaRules,
  userId: string,
  { userCode }: Pick<CibaParameters, 'userCode'>,
): Promise<void> {
  if (verifyUserCode === undefined) return
  const right: unknown = await verifyUserCode(userId, userCode)
  if (right === true) return
  if (right !== false) throw new TypeError('ciba: verifyUserCode must answer true or false')
  if (userCode === undefined) throw new OAuthError('missing_user_code', 'the user demands a user_code')
  throw new OAuthError('invalid_user_code', 'user_code is wrong')
}

/** A signed request is good once: whoever sends it again would only bother the user. */
async function useOnce(core: Core, client: ClientRecord, { signed }: ReadRequest): Promise<void> {
  if (signed === undefined) return
  const { jti, exp } = signed
  // The clocks may differ by ten seconds, so it is refused for its time only after that.
  const value = { purpose: 'ciba request', clientId: client.id, value: jti, refusedFrom: Math.ceil(exp) + 10 }
  if (await claimOnce(core, value)) return
  throw new OAuthError('invalid_request', 'the jti of the signed request was used before')
}

/** When the user cannot be told, the request is gone: nobody could answer it. */
async function storeAndTell(
  core: Core,
  client: ClientRecord,
  record: BackchannelRecord,
  rules: CibaRules,
): Promise<void> {
  if ((await core.storage.records.insert(record)) !== 'won') throw new Error('the random auth_req_id is taken')
  const { id, userId = '', value } = record
  try {
    await rules.notifyUser(show(core, client, record))
  } catch (thrown) {
    await core.storage.records.take({ kind, id })
    throw thrown instanceof OAuthError && thrown.code === 'access_denied' ? forbidden(thrown) : thrown
  }
  core.emit({ type: 'ciba.requested', clientId: client.id, userId, cibaRequestId: id, expiresAt: value.goodUntil })
}

/** With the status of CIBA Core section 13, unlike that of the token endpoint. */
function forbidden({ code, description, details }: OAuthError): OAuthError {
  return new OAuthError(code, description, { status: 403, ...details })
}
