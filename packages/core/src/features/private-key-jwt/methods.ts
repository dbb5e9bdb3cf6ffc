import { unsealSecret } from '../../clients/secret.ts'
import type { ClientAuthMethod, CredentialSources, PresentedCredentials } from '../../contracts/client-auth-method.ts'
import type { Context } from '../../contracts/context.ts'
import type { VerifiedJwt } from '../../contracts/key-set.ts'
import { verifyClientSignature, verifySecretSignature } from '../../keys/client-signature.ts'
import { decodeUnverifiedJwt } from '../../keys/unverified-jwt.ts'
import { mayAuthenticateWith } from '../../policy/client.ts'
import { allowed, demandsOn } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { claimOnce } from '../../records/replays.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type AudienceRule, checkAssertion } from './check-assertion.ts'

/** The rules for assertions. */
export interface AssertionRules {
  readonly signingAlgorithms: readonly string[]
  readonly maxLifetimeSeconds?: number | undefined
  audienceRule(client: ClientRecord): AudienceRule
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The method `private_key_jwt`: assertions that the client signs with its own key. */
export function privateKeyJwtMethod(rules: AssertionRules): ClientAuthMethod {
  return {
    name: 'private_key_jwt',
    collect: (sources) => collectAssertion(sources, (algorithm) => !isSymmetric(algorithm)),
    verify: (ctx, client, presented) =>
      verifyAssertion(ctx, client, presented, {
        ...rules,
        method: 'private_key_jwt',
        verifySignature: (known, assertion) =>
          verifyClientSignature(ctx, known, assertion, algorithmsOf(ctx, known, rules.signingAlgorithms)),
      }),
  }
}

/** The method `client_secret_jwt`: assertions that the client signs with its secret, in HS256. */
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
 * Reads the assertion of a request, if its algorithm belongs to this method. The client's id is what the assertion
 * claims: nothing is verified yet ({@link https://www.rfc-editor.org/rfc/rfc7521#section-4.2 RFC 7521 section 4.2}).
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
  // The storage is asked for the id, so it must have the form of one.
  if (typeof clientId !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(clientId)) {
    throw new OAuthError('invalid_client', 'the client assertion is malformed: sub must be the client_id')
  }
  const named = parameters.get('client_id')
  if (named !== undefined && named !== clientId) {
    throw new OAuthError('invalid_client', 'client_id differs from sub of the client assertion')
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
 * Verifies an assertion: the signature, then the claims. Then it uses up the `jti`, in one write, so only a valid
 * assertion is used up. When two requests bring the same assertion, even at the same moment, the second is refused.
 */
async function verifyAssertion(
  ctx: Context,
  client: ClientRecord | undefined,
  { assertion }: PresentedCredentials,
  rules: MethodRules,
): Promise<boolean | string> {
  if (client === undefined || assertion === undefined) return false
  // Checked before keys are fetched or the assertion is used up.
  if (!mayAuthenticateWith(client, rules.method, true)) return 'not the registered method'
  const jwt = await rules.verifySignature(client, assertion)
  if (typeof jwt === 'string') return `assertion: ${jwt}`
  const { issuer } = ctx.config
  const accepted = checkAssertion(jwt.header, jwt.claims, {
    clientId: client.id,
    issuer,
    endpoints: ctx.registry.endpoints.flatMap((endpoint) => ('handleClient' in endpoint ? issuer + endpoint.path : [])),
    audienceRule: demandsOn(ctx, client).issuerAsAudience ? 'issuer-string' : rules.audienceRule(client),
    maxLifetime: rules.maxLifetimeSeconds,
    now: ctx.clock.now(),
  })
  if (typeof accepted === 'string') return `assertion: ${accepted}`
  const { jti, refusedFrom } = accepted
  const once = { purpose: 'client assertion', clientId: client.id, value: jti, refusedFrom }
  return (await claimOnce(ctx, once)) || 'assertion: replayed'
}

function algorithmsOf(ctx: Context, client: ClientRecord, supported: readonly string[]): readonly string[] {
  const registered = client.metadata.token_endpoint_auth_signing_alg
  const usable = allowed(supported, demandsOn(ctx, client).signingAlgorithms)
  return registered === undefined ? usable : usable.filter((algorithm) => algorithm === registered)
}

async function secretsOf(ctx: Context, { secrets }: ClientRecord): Promise<readonly string[]> {
  const now = ctx.clock.now()
  const alive = secrets.filter(({ expiresAt }) => expiresAt === 0 || now < expiresAt)
  const opened = await Promise.all(alive.map((secret) => unsealSecret(ctx, secret)))
  return opened.filter((secret) => secret !== undefined)
}
