import type { Context } from '../../contracts/context.ts'
import type { Parameters } from '../../http/parameters.ts'
import { demandsOn } from '../../policy/demands.ts'
import { asOAuthError } from '../../policy/failure.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { requestParameters } from '../../request-objects/parameters.ts'
import { verifyRequestObject } from '../../request-objects/request-object.ts'
import type { RequestObjectRules } from '../../request-objects/rules.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { CibaRules } from './options.ts'

/** Parameters that may stand beside a signed request: they authenticate the client. */
const beside: ReadonlySet<string> = new Set([
  'request',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
])

/** The longest time from `nbf` to `exp`, and from `nbf` to now, in seconds. */
const longest = 3600

/** A request as the client means it. */
export interface ReadRequest {
  readonly parameters: Parameters
  /** What makes a signed request unique. */
  readonly signed?: { readonly jti: string; readonly exp: number }
}

/**
 * Returns the parameters of a request, which may be claims of a JWT that the client has signed ({@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#signed_auth_request CIBA Core
 * section 7.1.1}).
 * @throws {OAuthError} `invalid_request`
 */
export async function readSignedRequest(
  ctx: Context,
  client: ClientRecord,
  sent: Parameters,
  { signingAlgorithms }: CibaRules,
): Promise<ReadRequest> {
  if (sent.has('request_uri')) throw invalid('request_uri is not supported here')
  const jwt = sent.get('request')
  if (jwt === undefined) {
    if (sent.has('request') || mustSign(ctx, client))
      throw invalid('requests of this client must be signed: send request')
    return { parameters: sent }
  }
  const outside = sent.names.find((name) => !beside.has(name))
  if (outside !== undefined) throw invalid(`the parameter ${outside} must be a claim of the signed request`)
  const demanded = demandsOn(ctx, client).signingAlgorithms
  const rules: RequestObjectRules = {
    signingAlgorithms: signingAlgorithms.filter((algorithm) => demanded?.includes(algorithm) ?? true),
    unsigned: 'refused',
    outsideParameters: 'ignored',
    required: true,
    requireLifetime: true,
    maxLifetimeSeconds: longest,
    requireType: false,
    registeredIn: 'backchannel_authentication_request_signing_alg',
    encryptionAlgorithms: [],
  }
  try {
    const claims = await verifyRequestObject(ctx, rules, client, jwt)
    const { iat, jti, exp } = claims
    if (typeof iat !== 'number') throw invalid('the signed request must contain iat')
    if (typeof jti !== 'string' || jti === '' || jti.length > 512) throw invalid('the signed request must contain jti')
    const object = { claims, clientId: client.id, outsideParameters: 'ignored' } as const
    // `exp` is a number: the rules demand it.
    return { parameters: requestParameters(ctx, object, noParameters(sent)), signed: { jti, exp: exp as number } }
  } catch (thrown) {
    const { code, description, details } = asOAuthError(thrown)
    throw code === 'invalid_request_object' ? new OAuthError('invalid_request', description, details) : thrown
  }
}

function mustSign(ctx: Context, client: ClientRecord): boolean {
  const { backchannel_authentication_request_signing_alg: algorithm, require_signed_request_object: always } =
    client.metadata
  return algorithm !== undefined || always === true || demandsOn(ctx, client).signedBackchannelRequests === true
}

/** Nothing beside the signed request counts. */
function noParameters(sent: Parameters) {
  return { ...sent, names: [], repeated: new Set<string>() }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_request', description)
}
