import type { ClientAuthMethod, CredentialSources, PresentedCredentials } from '../../contracts/client-auth-method.ts'
import type { ClientEvidence, ClientInstance } from '../../contracts/client-instance.ts'
import type { Context } from '../../contracts/context.ts'
import { mayAuthenticateWith } from '../../policy/client.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { mayAttest } from './attesters.ts'
import { asksForRepetition } from './challenges.ts'
import { challengeHeader, instanceKeyName } from './names.ts'
import { invalidAttestation, type PresentedAttestation, readPresented } from './presented.ts'
import { type Checker, verifyAttestation, verifyDpop, verifyPop } from './verify.ts'

/** The two methods, by the name that clients register. */
export const methodNames = ['attest_jwt_client_auth', 'attest_jwt_client_auth_dpop'] as const

type MethodName = (typeof methodNames)[number]

/** The methods of the feature: the second one only with the option `dpopCombinedMode`. */
export function attestationMethods(checker: Checker): readonly ClientAuthMethod[] {
  const combined = checker.rules.dpopCombinedMode
  const read = (request: Request): PresentedAttestation | undefined => {
    const presented = readPresented(request)
    if (presented?.pop !== undefined || presented === undefined || combined) return presented
    throw invalidAttestation(
      'a DPoP proof is no proof for a client attestation here: send OAuth-Client-Attestation-PoP',
    )
  }
  const methodOf = (name: MethodName): ClientAuthMethod => ({
    name,
    collect(sources) {
      const presented = read(sources.request)
      if (presented === undefined || hasOtherCredentials(sources)) return undefined
      const isCombined = presented.pop === undefined
      return isCombined === (name === 'attest_jwt_client_auth_dpop') ? credentialsOf(presented, sources) : undefined
    },
    async verify(ctx, client, { endpoint }, request) {
      try {
        const presented = read(request)
        if (presented === undefined) return false
        return await accept(ctx, checker, { presented, request, endpoint, method: name }, client)
      } catch (thrown) {
        if (thrown instanceof OAuthError && !asksForRepetition(thrown)) return thrown
        throw thrown
      }
    },
  })
  const [first, second] = methodNames
  const usual: ClientAuthMethod = {
    ...methodOf(first),
    responseHeaders: [challengeHeader],
    async checkBeside(ctx, client, { request, endpoint }) {
      const presented = read(request)
      if (presented === undefined) return undefined
      if (presented.attestation.claims.sub !== client.id) {
        throw invalidAttestation('sub of the client attestation must be the client that has authenticated')
      }
      const verdict = await accept(ctx, checker, { presented, request, endpoint }, client)
      if (typeof verdict === 'object') return verdict
      throw invalidAttestation('the client attestation is not for this client', String(verdict))
    },
  }
  return combined ? [usual, methodOf(second)] : [usual]
}

/** A request with a client attestation. */
interface Call {
  readonly presented: PresentedAttestation
  readonly request: Request
  readonly endpoint: string | undefined
  /** Absent where the client has authenticated otherwise. */
  readonly method?: MethodName
}

/**
 * Verifies attestation and proof for a client.
 * @returns the instance of the client; `false` or a text for the event when the client is not the one to authenticate so
 * @throws {OAuthError} when attestation or proof are not valid, whichever client it is
 */
async function accept(
  ctx: Context,
  checker: Checker,
  { presented, request, endpoint, method }: Call,
  client: ClientRecord | undefined,
): Promise<false | string | ClientEvidence> {
  const attested = await verifyAttestation(ctx, checker, request, presented)
  if (client === undefined) return false
  // Checked before the proof is used up.
  if (method !== undefined && !mayAuthenticateWith(client, method, true)) return 'not the registered method'
  if (!(await mayAttest(attested.signers, client))) {
    return `client attestation: ${attested.signers.map(({ issuer }) => issuer).join()} may not attest this client`
  }
  if (presented.pop !== undefined)
    return { instance: instanceOf(await verifyPop(ctx, checker, presented.pop, attested)) }
  const proved = await verifyDpop(ctx, request, attested, { client, endpoint })
  return { instance: instanceOf(proved.proof.confirmation), proved }
}

function instanceOf(thumbprint: string): ClientInstance {
  const key = { [instanceKeyName]: thumbprint }
  return { cnf: key, codeParameters: key }
}

/** Whether the client authenticates by something else, so that the attestation is further evidence. */
function hasOtherCredentials({ authorization, parameters }: CredentialSources): boolean {
  // A bearer token is no way to authenticate a client: some HTTP clients send their last token everywhere.
  if (authorization !== undefined && authorization.scheme !== 'bearer') return true
  return ['client_secret', 'client_assertion'].some((name) => parameters.get(name) !== undefined)
}

/** The client's id is what the attestation claims: nothing is verified yet. */
function credentialsOf(
  { attestation }: PresentedAttestation,
  { parameters, endpoint }: CredentialSources,
): PresentedCredentials {
  const { sub } = attestation.claims
  // The storage is asked for the id, so it must have the form of one.
  if (typeof sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(sub)) {
    throw invalidAttestation('sub of the client attestation must be the client_id')
  }
  const named = parameters.get('client_id')
  if (named !== undefined && named !== sub) {
    throw new OAuthError('invalid_client', 'client_id differs from sub of the client attestation')
  }
  return { clientId: sub, assertion: attestation.jwt, ...(endpoint !== undefined && { endpoint }) }
}
