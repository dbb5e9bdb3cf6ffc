import { unsealSecret } from '../../clients/secret.ts'
import type { ClientAuthMethod, CredentialSources, PresentedCredentials } from '../../contracts/client-auth-method.ts'
import type { Context } from '../../contracts/context.ts'
import type { VerifiedJwt } from '../../contracts/key-set.ts'
import { verifyClientSignature, verifySecretSignature } from '../../keys/client-signature.ts'
import { decodeUnverifiedJwt } from '../../keys/unverified-jwt.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { claimOnce } from '../../records/replays.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type AudienceRule, checkAssertion } from './check-assertion.ts'

/** What assertions are checked against. */
export interface AssertionRules {
  readonly signingAlgorithms: readonly string[]
  readonly maxLifetimeSeconds: number
  audienceRule(client: ClientRecord): AudienceRule
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Assertions that the client's own key has signed. */
export function privateKeyJwtMethod(rules: AssertionRules): ClientAuthMethod {
  return {
    name: 'private_key_jwt',
    collect: (sources) => collectAssertion(sources, (algorithm) => !isSymmetric(algorithm)),
    verify: (ctx, client, presented) =>
      verifyAssertion(ctx, client, presented, {
        ...rules,
        method: 'private_key_jwt',
        verifySignature: (known, assertion) =>
          verifyClientSignature(ctx, known, assertion, algorithmsOf(known, rules.signingAlgorithms)),
      }),
  }
}

/** Assertions under the client's secret, in HS256. */
export function clientSecretJwtMethod(rules: AssertionRules): ClientAuthMethod {
  return {
    name: 'client_secret_jwt',
    sealsSecret: true,
    collect: (sources) => collectAssertion(sources, isSymmetric),
    verify: (ctx, client, presented) =>
      verifyAssertion(ctx, client, presented, {
        ...rules,
        method: 'client_secret_jwt',
        verifySignature: async (known, assertion) => verifySecretSignature(assertion, await secretsOf(ctx, known)),
      }),
  }
}

/**
 * The assertion of a request, if its algorithm is one of this method. Whom it is from is what it says of itself: nothing
 * is known yet ({@link https://www.rfc-editor.org/rfc/rfc7521#section-4.2 RFC 7521 section 4.2}).
 */
function collectAssertion(
  { parameters }: CredentialSources,
  isOurs: (algorithm: unknown) => boolean,
): PresentedCredentials | undefined {
  const assertion = parameters.get('client_assertion')
  if (assertion === undefined || parameters.get('client_assertion_type') !== assertionType) return undefined
  const decoded = decodeUnverifiedJwt(assertion)
  if (!isOurs(decoded?.header.alg)) return undefined
  const clientId = decoded?.claims.sub
  // An id is looked for in the storage, so it has to look like one.
  if (typeof clientId !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(clientId)) {
    throw new OAuthError('invalid_client', 'the client assertion is malformed')
  }
  const named = parameters.get('client_id')
  if (named !== undefined && named !== clientId) {
    throw new OAuthError('invalid_client', 'client_id differs from the client assertion')
  }
  return { clientId, assertion }
}

function isSymmetric(algorithm: unknown): boolean {
  return typeof algorithm === 'string' && algorithm.startsWith('HS')
}

/** What assertions of one authentication method are checked against. */
interface MethodRules extends AssertionRules {
  readonly method: string
  /** The JWT when the client has signed it; a text says why not. */
  verifySignature(client: ClientRecord, assertion: string): Promise<VerifiedJwt | string>
}

/**
 * Signature, then claims, then the one write: a `jti` is used up by an assertion that is good, and by no other. Of two
 * requests with one assertion the second is refused, at the same moment as well.
 */
async function verifyAssertion(
  ctx: Context,
  client: ClientRecord | undefined,
  { assertion }: PresentedCredentials,
  rules: MethodRules,
): Promise<boolean | string> {
  if (client === undefined || assertion === undefined) return false
  // Before anything is fetched for it, or used up.
  if (client.metadata.token_endpoint_auth_method !== rules.method) return 'not the registered method'
  const jwt = await rules.verifySignature(client, assertion)
  if (typeof jwt === 'string') return `assertion: ${jwt}`
  const { issuer } = ctx.config
  const accepted = checkAssertion(jwt.header, jwt.claims, {
    clientId: client.id,
    issuer,
    endpoints: ctx.registry.endpoints.flatMap((endpoint) => ('handleClient' in endpoint ? issuer + endpoint.path : [])),
    audienceRule: rules.audienceRule(client),
    maxLifetime: rules.maxLifetimeSeconds,
    now: ctx.clock.now(),
  })
  if (typeof accepted === 'string') return `assertion: ${accepted}`
  const { jti, refusedFrom } = accepted
  const once = { purpose: 'client assertion', clientId: client.id, value: jti, refusedFrom }
  return (await claimOnce(ctx, once)) || 'assertion: replayed'
}

function algorithmsOf({ metadata }: ClientRecord, supported: readonly string[]): readonly string[] {
  const registered = metadata.token_endpoint_auth_signing_alg
  return registered === undefined ? supported : supported.filter((algorithm) => algorithm === registered)
}

async function secretsOf(ctx: Context, { secrets }: ClientRecord): Promise<readonly string[]> {
  const now = ctx.clock.now()
  const alive = secrets.filter(({ expiresAt }) => expiresAt === 0 || now < expiresAt)
  const opened = await Promise.all(alive.map((secret) => unsealSecret(ctx, secret)))
  return opened.filter((secret) => secret !== undefined)
}
