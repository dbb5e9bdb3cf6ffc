import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { RecordEntry } from '../storage/record.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'
import type { Shape } from './shape.ts'

/*
 * Which members of the rows are names of a tenant: the key of the row, whatever a verb finds rows by, and whatever names
 * another row. What is only read together with its row is plain.
 */

export const client: Shape<ClientRecord> = {
  members: {
    id: 'name',
    metadata: 'plain',
    secrets: 'plain',
    disabled: 'plain',
    registeredBy: 'plain',
    machineScope: 'plain',
    userId: 'name',
    referenceId: 'name',
    registrationTokenHash: 'plain',
    usedAt: 'plain',
    createdAt: 'plain',
    updatedAt: 'plain',
    version: 'plain',
  },
}

export const consent: Shape<ConsentRecord> = {
  members: {
    id: 'name',
    clientId: 'name',
    userId: 'name',
    referenceId: 'plain',
    scope: 'plain',
    resources: 'plain',
    claims: 'plain',
    redirectHosts: 'plain',
    createdAt: 'plain',
    updatedAt: 'plain',
  },
}

export const grant: Shape<GrantRecord> = {
  members: {
    id: 'name',
    clientId: 'name',
    userId: 'name',
    sessionId: 'name',
    scope: 'plain',
    resources: 'plain',
    authTime: 'plain',
    acr: 'plain',
    amr: 'plain',
    referenceId: 'plain',
    claims: 'plain',
    extra: 'plain',
    offline: 'plain',
    createdAt: 'plain',
    expiresAt: 'plain',
    revokedAt: 'plain',
  },
}

export const code: Shape<AuthorizationCodeRecord> = {
  members: {
    id: 'name',
    secretHash: 'plain',
    grantId: 'name',
    redirectUri: 'plain',
    redirectUriSent: 'plain',
    codeChallenge: 'plain',
    nonce: 'plain',
    extra: 'plain',
    createdAt: 'plain',
    expiresAt: 'plain',
    consumedAt: 'plain',
  },
}

export const accessToken: Shape<AccessTokenRecord> = {
  members: {
    id: 'name',
    secretHash: 'plain',
    clientId: 'name',
    grantId: 'name',
    scope: 'plain',
    audience: 'plain',
    extra: 'plain',
    createdAt: 'plain',
    expiresAt: 'plain',
  },
}

export const refreshToken: Shape<RefreshTokenRecord> = {
  members: {
    id: 'name',
    secretHash: 'plain',
    grantId: 'name',
    extra: 'plain',
    createdAt: 'plain',
    expiresAt: 'plain',
    rotatedAt: 'plain',
    successorId: 'name',
    predecessorId: 'name',
    sealedSuccessor: 'plain',
    sealedUntil: 'plain',
    reuses: 'plain',
  },
}

/** The algorithm is a name because the generation is counted by it, and because keys are listed by it. */
export const signingKey: Shape<SigningKeyRecord> = {
  members: {
    id: 'name',
    algorithm: 'name',
    generation: 'plain',
    publicKey: 'plain',
    sealedPrivateKey: 'plain',
    createdAt: 'plain',
    activatesAt: 'plain',
  },
}

/** The kind is a name, and so the id, which is unique within its kind, needs not be one and may be long. */
export const record: Shape<RecordEntry> = {
  members: {
    kind: 'name',
    id: 'plain',
    ownerId: 'name',
    clientId: 'name',
    userId: 'name',
    value: 'plain',
    version: 'plain',
    createdAt: 'plain',
    expiresAt: 'plain',
  },
}
