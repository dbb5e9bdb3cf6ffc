import { bad, type Finding, ok, warn } from '../finding.ts'
import type { Observations } from '../observe.ts'
import { type Answer, isAnswer, type Probe } from '../probe.ts'

/** Rates the discovery documents: where they are, what they promise, and whether both say the same. */
export function metadata(seen: Observations): readonly Finding[] {
  const oauth = documentOf(seen.oauthDocument)
  const openid = documentOf(seen.openidDocument)
  const places = [
    place('metadata.oauth', seen.oauthDocument, oauth),
    place('metadata.openid', seen.openidDocument, openid),
  ]
  if (oauth === undefined && openid === undefined) {
    const change =
      'mount the provider at the path of its issuer and, for RFC 8414, at /.well-known of the host; check the issuer'
    return [bad('metadata.reachable', `${seen.issuer} publishes no discovery document`, change), ...places]
  }
  return [
    ok('metadata.reachable', 'the server publishes its metadata'),
    ...places,
    contentType([oauth, openid]),
    issuer(seen),
    ...same(oauth, openid),
    complete(seen.metadata, openid !== undefined),
    pkce(seen.metadata),
    iss(seen.metadata),
    weak(seen.metadata),
    agents(seen.metadata),
  ]
}

/** What is to be said of a server that answers nothing. What else could be said of its answers would mislead. */
export function unreachable({ issuer, oauthDocument, openidDocument }: Observations): Finding | undefined {
  if (isAnswer(oauthDocument) || isAnswer(openidDocument)) return undefined
  const change = 'start the server, and check the scheme, the host and the port of the issuer'
  return bad('metadata.reachable', `${issuer} cannot be reached: ${openidDocument.failure}`, change)
}

function documentOf(one: Probe): Answer | undefined {
  return isAnswer(one) && one.status === 200 && one.json !== undefined ? one : undefined
}

function place(check: string, asked: Probe, document: Answer | undefined): Finding {
  if (document !== undefined) return ok(check, asked.url)
  const answer = isAnswer(asked) ? `status ${asked.status}${asked.status === 200 ? ', no JSON' : ''}` : asked.failure
  return warn(check, `${asked.url}: ${answer}`, 'pass this path to the provider: some clients look only here')
}

function contentType(documents: readonly (Answer | undefined)[]): Finding {
  const check = 'metadata.type'
  const types = documents.flatMap((one) => (one === undefined ? [] : [one.headers.get('content-type') ?? 'none']))
  const wrong = types.find((type) => !/^application\/json\b/i.test(type))
  if (wrong === undefined) return ok(check, 'application/json')
  return bad(
    check,
    `a document has the content type ${wrong}`,
    'serve it as application/json: strict clients refuse it',
  )
}

function issuer({ issuer, metadata }: Observations): Finding {
  const check = 'metadata.issuer'
  if (metadata.issuer === issuer) return ok(check, issuer)
  const change = 'make both the same, to the byte: baseUrl and basePath of the server, and the issuer in the client'
  return bad(check, `the document says ${JSON.stringify(metadata.issuer)}, and you asked for ${issuer}`, change)
}

/** The members that a client would follow to different places. */
const compared = ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'registration_endpoint']

function same(oauth: Answer | undefined, openid: Answer | undefined): readonly Finding[] {
  if (oauth === undefined || openid === undefined) return []
  const check = 'metadata.same'
  const different = compared.filter((name) => oauth.json?.[name] !== openid.json?.[name])
  if (different.length === 0) return [ok(check, 'both documents name the same endpoints')]
  return [
    bad(check, `the documents differ in ${different.join(', ')}`, 'let one server answer both: look at your proxy'),
  ]
}

function complete(metadata: Observations['metadata'], openid: boolean): Finding {
  const check = 'metadata.complete'
  const oauth = ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri', 'response_types_supported']
  const needed = openid ? [...oauth, 'subject_types_supported', 'id_token_signing_alg_values_supported'] : oauth
  const missing = needed.filter((name) => metadata[name] === undefined)
  if (missing.length === 0) return ok(check, openid ? 'complete for OpenID Connect' : 'complete for OAuth')
  return bad(
    check,
    `missing: ${missing.join(', ')}`,
    'publish these members: clients that read the metadata stop without them',
  )
}

function pkce(metadata: Observations['metadata']): Finding {
  const check = 'metadata.pkce'
  const methods = listOf(metadata.code_challenge_methods_supported)
  if (!methods.includes('S256')) {
    return bad(
      check,
      'code_challenge_methods_supported has no S256',
      'support PKCE with S256 and say so: MCP clients stop here',
    )
  }
  if (methods.includes('plain')) return warn(check, 'S256 and plain', 'leave plain out: it protects nothing')
  return ok(check, 'S256')
}

function iss(metadata: Observations['metadata']): Finding {
  const check = 'metadata.iss'
  if (metadata.authorization_response_iss_parameter_supported === true)
    return ok(check, 'answers name the issuer (RFC 9207)')
  const change = 'send iss in authorization responses and set authorization_response_iss_parameter_supported: true'
  return warn(check, 'answers do not name the issuer, so a client of several servers can mix them up', change)
}

function weak(metadata: Observations['metadata']): Finding {
  const check = 'metadata.weak'
  const found = [
    ...listOf(metadata.response_types_supported).filter((type) => /\btoken\b/.test(type)),
    ...listOf(metadata.grant_types_supported).filter((type) => type === 'password' || type === 'implicit'),
    ...listOf(metadata.id_token_signing_alg_values_supported).filter((algorithm) => algorithm === 'none'),
  ]
  if (found.length === 0) return ok(check, 'nothing that OAuth 2.1 removed')
  return bad(check, `offers ${found.join(', ')}, which OAuth 2.1 removed or which is not signed`, 'turn it off')
}

function agents(metadata: Observations['metadata']): Finding {
  const check = 'metadata.agents'
  const isPublic = listOf(metadata.token_endpoint_auth_methods_supported).includes('none')
  const known = metadata.registration_endpoint !== undefined || metadata.client_id_metadata_document_supported === true
  if (isPublic && known) return ok(check, 'MCP clients can introduce themselves')
  const missing = [
    ...(isPublic ? [] : ['public clients (none)']),
    ...(known ? [] : ['registration or client documents']),
  ]
  const change = 'for MCP, use the preset mcp() or turn these on; without MCP, nothing needs to change'
  return warn(check, `MCP clients need ${missing.join(' and ')}`, change)
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
