import { readDirectRequest } from '../authorization/direct-request.ts'
import { commitGrant, createGrant, knownWithdrawals } from '../authorization/new-grant.ts'
import { readAuthorization } from '../authorization/read-authorization.ts'
import { approveExtra, readExtra, readScope } from '../authorization/request-extra.ts'
import { authenticateClient } from '../clients/authenticate.ts'
import { clientFrom } from '../clients/from-document.ts'
import type { Core } from '../contracts/core.ts'
import { interact } from '../interaction/proceed.ts'
import { readAudience } from '../tokens/audience-parameter.ts'
import { readBinding } from '../tokens/binding.ts'
import { issueTokens } from '../tokens/issue.ts'
import { readAccessToken } from '../tokens/present.ts'
import type { StartingContext } from './context.ts'

/** A core whose tables are filled in once the features have started. */
export type StartingCore = { -readonly [Member in keyof Core]: Core[Member] }

/** Adds the functions for features to a context. It stays the same object: a core is also a context. */
export function createCore(ctx: StartingContext): StartingCore {
  const core: StartingCore = Object.assign(ctx, {
    authenticateClient: async (request, parameters) => (await authenticateClient(core, request, parameters)).client,
    readAuthorization: (request, parameters) => readAuthorization(core, request, parameters),
    readAudience: (client, parameters) => readAudience(core, { request: 'authorization', client, parameters }),
    readParameters: (client, parameters) => readExtra(core, client, parameters),
    approveParameters: (extra, facts) => approveExtra(core, extra, facts),
    readScope: (client, parameters) => readScope(core, client, parameters),
    readDirectRequest: (client, parameters) => readDirectRequest(core, client, parameters),
    interact: (request, pending) => interact(core, request, pending),
    clientFrom: (clientId, document) => clientFrom(core, clientId, document),
    knownWithdrawals: (client, userId, before) => knownWithdrawals(core, client, userId, before),
    grantFor: (facts) => createGrant(core, facts),
    commitGrant: (newGrant, commit) => commitGrant(core, newGrant, commit),
    issue: (issuance) => issueTokens(core, issuance),
    readBinding: async (request, facts) => readBinding(core, request, facts),
    readAccessToken: (request, endpoint) => readAccessToken(core, request, endpoint),
  } satisfies Omit<Core, keyof StartingContext>)
  return core
}
