import type { ClientAuthMethod, CredentialSources, PresentedCredentials } from '../../contracts/client-auth-method.ts'
import type { ClientInstance } from '../../contracts/client-instance.ts'
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

/** What a request with a client attestation has. */
interface Call {
  readonly presented: PresentedAttestation
  readonly endpoint: string | undefined
}

/** The methods of the feature: the second one only with the option `dpopCombinedMode`. */
export function attestationMethods(checker: Checker): readonly ClientAuthMethod[] {
  const combined = checker.rules.dpopCombinedMode
  const calls = new WeakMap<Request, Call>()
  const accepted = new WeakMap<Request, ClientInstance>()

  const callOf = ({ request, endpoint }: CredentialSources): Call | undefined => {
    const known = calls.get(request)
    if (known !== undefined) return known
    const presented = readPresented(request)
    if (presented === undefined) return undefined
    if (presented.pop === undefined && !combined) {
      throw invalidAttestation(
        'a DPoP proof is no proof for a client attestation here: send OAuth-Client-Attestation-PoP',
      )
    }
    const call = { presented, endpoint }
    calls.set(request, call)
    return call
  }

  /** Verifies attestation and proof for a client. Returns what is wrong with the client, and remembers its instance. */
  const accept = async (
    ctx: Context,
    client: ClientRecord | undefined,
    request: Request,
    method?: MethodName,
  ): Promise<boolean | string> => {
    const call = calls.get(request)
    if (call === undefined) return false
    const { presented, endpoint } = call
    const attested = await verifyAttestation(ctx, checker, request, presented)
    if (client === undefined) return false
    // Checked before the proof is used up.
    if (method !== undefined && !mayAuthenticateWith(client, method, true)) return 'not the registered method'
    if (!(await mayAttest(attested.signers, client))) {
      return `client attestation: ${attested.signers.map(({ issuer }) => issuer).join()} may not attest this client`
    }
    const thumbprint =
      presented.pop === undefined
        ? await verifyDpop(ctx, request, attested, { client, endpoint })
        : await verifyPop(ctx, checker, presented.pop, attested)
    const key = { [instanceKeyName]: thumbprint }
    accepted.set(request, { cnf: key, codeParameters: key })
    return true
  }

  const methodOf = (name: MethodName): ClientAuthMethod => ({
    name,
    collect(sources) {
      const call = callOf(sources)
      if (call === undefined || hasOtherCredentials(sources)) return undefined
      const isCombined = call.presented.pop === undefined
      return isCombined === (name === 'attest_jwt_client_auth_dpop')
        ? credentialsOf(call.presented, sources)
        : undefined
    },
    async verify(ctx, client, _presented, request) {
      try {
        return await accept(ctx, client, request, name)
      } catch (thrown) {
        if (thrown instanceof OAuthError && !asksForRepetition(thrown)) return thrown
        throw thrown
      }
    },
  })

  const beside: Pick<ClientAuthMethod, 'checkBeside' | 'instanceOf' | 'responseHeaders'> = {
    async checkBeside(ctx, client, request) {
      const call = calls.get(request)
      if (call === undefined || accepted.has(request)) return
      if (call.presented.attestation.claims.sub !== client.id) {
        throw invalidAttestation('sub of the client attestation must be the client that has authenticated')
      }
      const verdict = await accept(ctx, client, request)
      if (verdict !== true) throw invalidAttestation('the client attestation is not for this client', String(verdict))
    },
    instanceOf: (request) => accepted.get(request),
    responseHeaders: [challengeHeader],
  }
  const [first, second] = methodNames
  return [{ ...methodOf(first), ...beside }, ...(combined ? [methodOf(second)] : [])]
}

/** Whether the client authenticates by something else, so that the attestation is further evidence. */
function hasOtherCredentials({ authorization, parameters }: CredentialSources): boolean {
  // A bearer token is no way to authenticate a client: some HTTP clients send their last token everywhere.
  if (authorization !== undefined && authorization.scheme !== 'bearer') return true
  return ['client_secret', 'client_assertion'].some((name) => parameters.get(name) !== undefined)
}

/** The client's id is what the attestation claims: nothing is verified yet. */
function credentialsOf({ attestation }: PresentedAttestation, { parameters }: CredentialSources): PresentedCredentials {
  const { sub } = attestation.claims
  // The storage is asked for the id, so it must have the form of one.
  if (typeof sub !== 'string' || !/^[\x20-\x7e]{1,255}$/.test(sub)) {
    throw invalidAttestation('sub of the client attestation must be the client_id')
  }
  const named = parameters.get('client_id')
  if (named !== undefined && named !== sub) {
    throw new OAuthError('invalid_client', 'client_id differs from sub of the client attestation')
  }
  return { clientId: sub, assertion: attestation.jwt }
}
