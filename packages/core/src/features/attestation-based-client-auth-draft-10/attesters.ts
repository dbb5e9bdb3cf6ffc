import { issuerKeys, keysProblem } from '../../assertions/trust.ts'
import type { Context } from '../../contracts/context.ts'
import type { KeyOwner } from '../../keys/client-keys.ts'
import { verifyClientSignature } from '../../keys/client-signature.ts'
import type { PublicKeySet } from '../../protocol/feature-client-metadata.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { featureName } from './names.ts'

/** An attester with its keys. */
export interface Attester {
  /** Its name. */
  readonly issuer: string
  readonly keys: KeyOwner
  readonly algorithms: readonly string[]
  /** Ids, or the function of the host, whose answer is not checked yet. */
  readonly clients: readonly string[] | ((...args: never[]) => unknown)
}

/** An entry of the option `attesters` after parsing. */
export interface AttesterEntry {
  readonly name: string
  readonly jwks?: PublicKeySet | undefined
  readonly jwksUri?: string | undefined
  readonly algorithms: readonly string[]
  readonly clients: readonly string[] | ((...args: never[]) => unknown)
}

/**
 * Reads the option `attesters`.
 * @throws {TypeError} for an entry without keys or with two sources of them, and for two entries with one name
 */
export function readAttesters(entries: readonly AttesterEntry[]): readonly Attester[] {
  const names = new Set<string>()
  return entries.map(({ name, jwks, jwksUri, algorithms, clients }, index) => {
    const where = `${featureName}: attesters.${index}`
    const problem = keysProblem({ issuer: name, jwks, jwksUri })
    if (problem !== undefined) throw new TypeError(`${where} ${problem}`)
    if (names.has(name)) throw new TypeError(`${where} is a second entry with the name ${name}`)
    names.add(name)
    const keys = { ...issuerKeys({ issuer: name, jwks, jwksUri }), party: 'attester' }
    return { issuer: name, keys, algorithms, clients }
  })
}

/**
 * Finds the attesters that have signed a client attestation. The draft has no claim for the name of the attester, so the keys
 * of all are tried, those with another `kid` excepted.
 * @returns a text that says why there is none
 */
export async function signersOf(
  ctx: Context,
  attesters: readonly Attester[],
  attestation: string,
): Promise<readonly Attester[] | string> {
  const signers: Attester[] = []
  const problems: string[] = []
  for (const attester of attesters) {
    const verified = await verifyClientSignature(ctx, attester.keys, attestation, attester.algorithms)
    if (typeof verified === 'string') problems.push(`${attester.issuer}: ${verified}`)
    else signers.push(attester)
  }
  return signers.length > 0 ? signers : problems.join('; ')
}

/** Whether one of these attesters may attest the client. */
export async function mayAttest(signers: readonly Attester[], client: ClientRecord): Promise<boolean> {
  for (const { issuer, clients } of signers) {
    const answer: unknown =
      typeof clients === 'function'
        ? await (clients as (client: ClientRecord) => unknown)(client)
        : clients.includes(client.id)
    if (typeof answer !== 'boolean') {
      throw new TypeError(`${featureName}: clients of the attester ${issuer} must answer true or false for each client`)
    }
    if (answer) return true
  }
  return false
}
