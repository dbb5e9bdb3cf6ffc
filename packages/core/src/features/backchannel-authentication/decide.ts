import type { Core } from '../../contracts/core.ts'
import type { NewGrant } from '../../contracts/grant.ts'
import type { Session } from '../../contracts/host.ts'
import { changeFor, isWaiting, replaceWaiting, untilCollected } from '../../cross-device/waiting-request.ts'
import { type Parameters, parseParameters } from '../../http/parameters.ts'
import { requireSupport } from '../../policy/client-support.ts'
import { checkLogin } from '../../sessions/check-login.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type BackchannelApproval, type BackchannelDecision, checkDecision } from './decision.ts'
import { notifyClient } from './notify.ts'
import type { CibaRules } from './options.ts'
import { forgetPrompt } from './prompts.ts'
import { isPushed } from './proved.ts'
import { issuePushed, openPush, pushTokens } from './push.ts'
import { type Backchannel, type BackchannelRecord, findRequest } from './stored-request.ts'

/**
 * What became of a decision. `decided`: it counts. `already_decided`: another one was first. `expired`: it came too late.
 * `unknown`: there is no such request, it asks another user, or its client is gone or was sent its tokens.
 */
export type DecisionOutcome = 'decided' | 'already_decided' | 'expired' | 'unknown'

/**
 * Decides about a request for its user. One conditional write decides, so of several decisions at the same time one counts.
 * @throws {TypeError} for a decision that is not what its type says, or grants more than the client asked for
 * @throws {OAuthError} when the session is not what the request demands, or of a feature that refuses the approval; nothing
 * is decided then
 */
export async function decide(
  core: Core,
  rules: CibaRules,
  id: string,
  given: BackchannelDecision,
): Promise<DecisionOutcome> {
  const decision = checkDecision(given, core.clock.now())
  const record = await findRequest(core, id)
  if (record === undefined || record.userId !== decision.userId) return 'unknown'
  if (!isWaiting(core, record)) return over(core, rules, record)
  const client = await core.clients.findNamed(record.value.authorization.clientId)
  if (client === undefined) return 'unknown'
  const { userId } = decision
  if (decision.approved && isPushed(client)) return approveAndPush(core, rules, { client, record, decision })
  const newGrant = decision.approved ? await grantOf(core, client, record, decision) : undefined
  const answer = newGrant === undefined ? ({ kind: 'denied' } as const) : ({ kind: 'approved', newGrant } as const)
  const won = await changeFor<Backchannel>(core, record, userId, (value) => ({ ...value, answer }))
  if (!won) return overtaken(core, rules, id)
  const of = { clientId: client.id, userId, cibaRequestId: id }
  if (newGrant === undefined) core.emit({ type: 'ciba.denied', ...of })
  else core.emit({ type: 'ciba.approved', ...of, grantId: newGrant.grant.id })
  if (newGrant !== undefined) await forgetPrompt(core, { id, userId, clientId: client.id })
  notifyClient(core, rules, { client, record, error: 'access_denied' })
  return 'decided'
}

interface PushedApproval {
  readonly client: ClientRecord
  readonly record: BackchannelRecord
  readonly decision: BackchannelApproval
}

/** Approves a request whose client gets its tokens sent: they are issued by the write that decides. */
async function approveAndPush(
  core: Core,
  rules: CibaRules,
  { client, record, decision }: PushedApproval,
): Promise<DecisionOutcome> {
  const pushable = await openPush(core, rules, client, record)
  const newGrant = await grantOf(core, client, record, decision)
  const body = await issuePushed(core, rules, pushable, newGrant)
  if (body === 'gone') return overtaken(core, rules, record.id)
  if (body === 'withdrawn') {
    notifyClient(core, rules, { client, record, error: 'access_denied' })
    return 'decided'
  }
  const { id, userId = '' } = record
  const grantId = newGrant.grant.id
  core.emit({ type: 'ciba.approved', clientId: client.id, userId, cibaRequestId: id, grantId })
  pushTokens(core, rules, pushable, { body, grantId })
  await forgetPrompt(core, { id, userId, clientId: client.id })
  return 'decided'
}

/** Makes the grant that the user approved. It is stored when the client collects its tokens. */
async function grantOf(
  core: Core,
  client: ClientRecord,
  { id, userId = '', value }: BackchannelRecord,
  decision: BackchannelApproval,
): Promise<NewGrant> {
  // Read before anything that the approval relies on: whatever is withdrawn later ends it.
  const withdrawals = await core.knownWithdrawals(client, userId)
  const { authorization } = value
  const scope = scopeOf(authorization.scope, decision.scopes)
  const resources = resourcesOf(authorization.resources, decision.resources)
  requireSupport(core, client, scope)
  const session: Session = { ...decision.session, id: decision.session.id ?? id }
  await checkLogin(core, client, authorization, { userId, session })
  const answer = answerOf(decision.parameters)
  const extra = await core.approveParameters(authorization.extra, {
    client,
    userId,
    session,
    ...(answer !== undefined && { answer }),
  })
  const newGrant = core.grantFor({
    client,
    userId,
    session,
    scope,
    resources,
    referenceId: decision.referenceId,
    withdrawals,
    ...(extra !== undefined && { extra }),
    via: 'ciba',
  })
  return untilCollected(core, newGrant, value)
}

function scopeOf(asked: readonly string[], granted: readonly string[] | undefined): readonly string[] {
  const left = narrowed('scopes', asked, granted)
  return left.includes('openid') ? left : ['openid', ...left]
}

/** A grant without resources has no limit: its client may then name any. */
function resourcesOf(asked: readonly string[], granted: readonly string[] | undefined): readonly string[] {
  const left = narrowed('resources', asked, granted)
  if (left.length > 0 || asked.length === 0) return left
  throw new TypeError('ciba: decide got resources with none of those in the request: grant one of them, or refuse')
}

function narrowed(
  member: 'scopes' | 'resources',
  asked: readonly string[],
  granted: readonly string[] | undefined,
): readonly string[] {
  if (granted === undefined) return asked
  const outside = granted.find((one) => !asked.includes(one))
  if (outside !== undefined) {
    throw new TypeError(`ciba: decide got ${member} with ${outside}, which the client has not asked for`)
  }
  return asked.filter((one) => granted.includes(one))
}

function answerOf(parameters: BackchannelApproval['parameters']): Parameters | undefined {
  if (parameters === undefined) return undefined
  const pairs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])
  return parseParameters(new URLSearchParams(pairs).toString())
}

/** Reads again what became of a request about which something else was first. */
async function overtaken(core: Core, rules: CibaRules, id: string): Promise<DecisionOutcome> {
  const current = await findRequest(core, id)
  return current === undefined ? 'unknown' : over(core, rules, current)
}

/** Tells why a request does not wait any more. One decision that comes too late writes that down and tells the client. */
async function over(core: Core, rules: CibaRules, record: BackchannelRecord): Promise<DecisionOutcome> {
  const { answer } = record.value
  if (answer !== undefined) return answer.kind === 'expired' ? 'expired' : 'already_decided'
  const value: Backchannel = { ...record.value, answer: { kind: 'expired' } }
  if (await replaceWaiting(core, record, { ...record, value })) {
    const { clientId } = record.value.authorization
    core.emit({ type: 'ciba.expired', clientId, userId: record.userId ?? '', cibaRequestId: record.id })
    const client = await core.clients.findNamed(clientId)
    if (client !== undefined) notifyClient(core, rules, { client, record, error: 'expired_token' })
  }
  return 'expired'
}
