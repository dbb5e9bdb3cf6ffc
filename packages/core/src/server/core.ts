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

/**
 * Adds the functions for features to a context. It stays the same object: a core is also a context. The core of a request
 * inherits them (`server/observe`), and `this` is then that core.
 */
export function createCore(ctx: StartingContext): StartingCore {
  type This = Core | undefined
  const core: StartingCore = Object.assign(ctx, {
    async authenticateClient(this: This, request, parameters) {
      return (await authenticateClient(this ?? core, request, parameters)).client
    },
    readAuthorization(this: This, request, parameters) {
      return readAuthorization(this ?? core, request, parameters)
    },
    readAudience(this: This, client, parameters) {
      return readAudience(this ?? core, { request: 'authorization', client, parameters })
    },
    readParameters(this: This, client, parameters) {
      return readExtra(this ?? core, client, parameters)
    },
    approveParameters(this: This, extra, facts) {
      return approveExtra(this ?? core, extra, facts)
    },
    readScope(this: This, client, parameters) {
      return readScope(this ?? core, client, parameters)
    },
    readDirectRequest(this: This, client, parameters) {
      return readDirectRequest(this ?? core, client, parameters)
    },
    interact(this: This, request, pending) {
      return interact(this ?? core, request, pending)
    },
    clientFrom(this: This, clientId, document) {
      return clientFrom(this ?? core, clientId, document)
    },
    knownWithdrawals(this: This, client, userId, before) {
      return knownWithdrawals(this ?? core, client, userId, before)
    },
    grantFor(this: This, facts) {
      return createGrant(this ?? core, facts)
    },
    commitGrant(this: This, newGrant, commit) {
      return commitGrant(this ?? core, newGrant, commit)
    },
    issue(this: This, issuance) {
      return issueTokens(this ?? core, issuance)
    },
    async readBinding(this: This, request, facts) {
      return readBinding(this ?? core, request, facts)
    },
    readAccessToken(this: This, request, endpoint) {
      return readAccessToken(this ?? core, request, endpoint)
    },
  } satisfies Omit<Core, keyof StartingContext>)
  return core
}
