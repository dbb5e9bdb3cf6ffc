import type { Context } from '../../contracts/context.ts'
import { refuseRepeated, type UncheckedParameters } from '../../http/parameters.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { requestParameters } from '../../request-objects/parameters.ts'
import { verifyRequestObject } from '../../request-objects/request-object.ts'
import { narrowRules, type RequestObjectRules, rulesFor } from '../../request-objects/rules.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { demandedRules } from './demanded-rules.ts'
import { openRequestObject } from './open-object.ts'
import { fetchRequestObject } from './request-uri.ts'

/**
 * Returns the parameters in the request object that a request contains or points at. The request itself must name the
 * client, whose keys verify the object ({@link https://www.rfc-editor.org/rfc/rfc9101#section-6 RFC 9101 section 6}).
 * @throws {OAuthError} `invalid_request_object`, `invalid_request_uri`, `invalid_request` or `invalid_client`
 */
export async function resolveRequestObject(
  ctx: Context,
  rules: RequestObjectRules,
  sent: UncheckedParameters,
): Promise<UncheckedParameters | undefined> {
  if (sent.repeated.has('request') || sent.repeated.has('request_uri')) refuseRepeated(sent)
  const byValue = sent.get('request')
  const byReference = sent.get('request_uri')
  if (byValue === undefined && byReference === undefined) {
    if (rules.required || (await demandsObject(ctx, rules, sent.get('client_id')))) {
      throw new OAuthError('invalid_request', 'a signed request object is required: send it in request or request_uri')
    }
    return undefined
  }
  refuseRepeated(sent)
  if (byValue !== undefined && byReference !== undefined) {
    throw new OAuthError('invalid_request', 'send request or request_uri, not both')
  }
  // A URN names a request that was pushed to the server, which is for another feature.
  if (byReference !== undefined && !/^https?:/i.test(byReference)) return undefined
  const client = await findClient(ctx, sent.get('client_id'))
  const own = rulesOn(ctx, rules, client)
  const received = byValue ?? (await fetchRequestObject(ctx, client, byReference as string))
  const jwt = await openRequestObject(ctx, own, client, received)
  const claims = await verifyRequestObject(ctx, own, client, jwt)
  return requestParameters(ctx, { claims, clientId: client.id, outsideParameters: own.outsideParameters }, sent)
}

/** What a request object of this client is held to: by the options, and by its security profiles. */
function rulesOn(ctx: Context, rules: RequestObjectRules, client: ClientRecord): RequestObjectRules {
  return narrowRules(rulesFor(rules, client), demandedRules(ctx, client))
}

async function demandsObject(ctx: Context, rules: RequestObjectRules, clientId: string | undefined): Promise<boolean> {
  const client = clientId === undefined ? undefined : await ctx.clients.find(clientId)
  if (client === undefined) return false
  return client.metadata.require_signed_request_object === true || rulesOn(ctx, rules, client).required
}

async function findClient(ctx: Context, clientId: string | undefined): Promise<ClientRecord> {
  if (clientId === undefined) {
    throw new OAuthError('invalid_request', 'the application did not say which one it is: client_id is missing')
  }
  const client = await ctx.clients.find(clientId)
  if (client === undefined) {
    throw new OAuthError(
      'invalid_client',
      'the application is not registered here, or it is disabled; its developer should check client_id',
      { status: 400 },
    )
  }
  return client
}
