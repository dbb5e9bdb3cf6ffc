import { encryptionMembers } from '../clients/encrypted-response.ts'
import type { Context } from '../contracts/context.ts'
import { canEncrypt } from '../crypto/encryption-key.ts'
import { type ClientKey, type ClientKeys, clientEncryptionKeys } from '../keys/client-keys.ts'
import { encryptCompact } from '../keys/encrypt.ts'
import { defaultContentEncryption, type EncryptableResponse, keyManagementAlgorithms } from '../protocol/encryption.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'

/** How a client has registered a response to be encrypted. */
export interface ResponseEncryption {
  /** The member that demands the encryption, for texts. */
  readonly member: string
  readonly alg: string
  readonly enc: string
}

/** Reads how a response is encrypted for a client; `undefined` when the client has registered no encryption of it. */
export function responseEncryptionOf(
  { metadata }: ClientRecord,
  response: EncryptableResponse,
): ResponseEncryption | undefined {
  const members = encryptionMembers(response)
  const { [members.alg]: alg, [members.enc]: enc } = metadata as unknown as Readonly<Record<string, string | undefined>>
  return alg === undefined ? undefined : { member: members.alg, alg, enc: enc ?? defaultContentEncryption }
}

/**
 * Encrypts for a client, with one of its registered keys, in compact form ({@link
 * https://www.rfc-editor.org/rfc/rfc7516 RFC 7516}). Call it before the request uses anything up.
 * @param content a signed JWT, which is then nested (`cty: JWT`, {@link https://www.rfc-editor.org/rfc/rfc7519#section-5.2
 * RFC 7519 section 5.2}), or claims that are not signed
 * @throws {OAuthError} `unauthorized_client` when the client has no key that fits. The content must then not be sent
 * @example
 * ```ts
 * const encryption = responseEncryptionOf(client, 'authorization')
 * const response = encryption === undefined ? jwt : await encryptForClient(ctx, client, encryption, jwt)
 * ```
 */
export async function encryptForClient(
  ctx: Context,
  client: ClientRecord,
  encryption: ResponseEncryption,
  content: string | object,
): Promise<string> {
  const { alg, enc } = encryption
  const { key, imported } = await findKey(ctx, client, encryption)
  const nested = typeof content === 'string'
  const header = {
    alg,
    enc,
    ...(typeof key.jwk.kid === 'string' && { kid: key.jwk.kid }),
    // The issuer is outside as well, for a client that has a key for each server (RFC 7519 section 5.3).
    ...(nested && { cty: 'JWT', iss: ctx.config.issuer }),
  }
  return encryptCompact(imported, header, nested ? content : JSON.stringify(content))
}

interface UsableKey {
  readonly key: ClientKey
  readonly imported: CryptoKey
}

/** Finds a key of the client. When no known one fits, the client may just have published one at its `jwks_uri`. */
async function findKey(ctx: Context, client: ClientRecord, encryption: ResponseEncryption): Promise<UsableKey> {
  const { alg } = encryption
  if (!(keyManagementAlgorithms as readonly string[]).includes(alg)) {
    throw failure(ctx, client, encryption, { reason: `this server does not have the algorithm ${alg}` })
  }
  try {
    const known = await clientEncryptionKeys(ctx, client)
    const found = await usableKey(known, alg)
    if (found !== undefined) return found
    const fresh = client.metadata.jwks_uri === undefined ? known : await clientEncryptionKeys(ctx, client, true)
    const foundNow = fresh === known ? undefined : await usableKey(fresh, alg)
    if (foundNow !== undefined) return foundNow
  } catch (cause) {
    throw failure(ctx, client, encryption, { reason: 'its keys cannot be read', cause })
  }
  throw failure(ctx, client, encryption, { reason: `none of its keys is for ${alg}` })
}

/** Keys that are for encryption alone come first: another one may be the key with which the client signs. */
async function usableKey(keys: ClientKeys = [], alg: string): Promise<UsableKey | undefined> {
  const fitting = keys.filter(({ jwk }) => canEncrypt(jwk, alg))
  for (const key of [...fitting.filter(isForEncryption), ...fitting.filter((one) => !isForEncryption(one))]) {
    try {
      return { key, imported: await key.load(alg) }
    } catch {
      // It is no point on its curve, or the platform does not have the curve. The next key may do.
    }
  }
  return undefined
}

function isForEncryption({ jwk }: ClientKey): boolean {
  return jwk.use === 'enc'
}

interface Failure {
  readonly reason: string
  readonly cause?: unknown
}

function failure(
  ctx: Context,
  { id }: ClientRecord,
  { member, alg }: ResponseEncryption,
  { reason, cause }: Failure,
): OAuthError {
  ctx.emit({ type: 'client.encryption_failed', clientId: id, member, reason, ...(cause !== undefined && { cause }) })
  return new OAuthError(
    'unauthorized_client',
    `the client registered ${member} ${alg}, and this response cannot be encrypted: ${reason}; check jwks or jwks_uri`,
    { ...(cause !== undefined && { cause }) },
  )
}
