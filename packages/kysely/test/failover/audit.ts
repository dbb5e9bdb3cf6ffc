import { codeForm, refreshForm } from '../processes/host.ts'
import type { HttpClient } from './http-client.ts'
import type { GrantEntry, Journal } from './journal.ts'

/** How many entries are looked at at once. */
const width = 8

/** How many actions the audit has looked at, so that a test can tell that there were some of each kind. */
export interface AuditCounts {
  tokens: number
  rotations: number
  revocations: number
  redemptions: number
  /** Codes that waited for the audit, and gave tokens exactly once. */
  waitingCodes: number
  /** Actions without an answer of which the audit found that they had happened, or had not. */
  happened: number
  notHappened: number
}

export interface Audit {
  /** Each acknowledged action that is lost or doubled, as a sentence. */
  readonly problems: readonly string[]
  readonly counts: AuditCounts
}

/**
 * Compares what the server has acknowledged with what it knows, by requests like those of any client. It uses up the codes and
 * the refresh tokens of the journal, so it can run once.
 */
export async function audit(client: HttpClient, journal: Journal, processes: number): Promise<Audit> {
  const problems: string[] = []
  const counts: AuditCounts = {
    ...{ tokens: 0, rotations: 0, revocations: 0, redemptions: 0, waitingCodes: 0, happened: 0, notHappened: 0 },
  }
  let requests = 0
  /** Asks until there is an answer, because a machine that is busy may have a database that is late. */
  const post = async (path: string, form: Readonly<Record<string, string>>) => {
    for (let tries = 0; tries < 20; tries++) {
      const reply = await client.post(requests++ % processes, path, form)
      if (reply !== undefined) return reply
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    throw new Error(`${path} has no answer during the audit`)
  }
  const isActive = async (token: string): Promise<boolean> =>
    (await post('/oauth2/introspect', { token })).body.active === true
  const token = (form: Readonly<Record<string, string>>) => post('/oauth2/token', form)

  async function expectState(tokens: readonly string[], active: boolean, what: string): Promise<void> {
    for (const one of tokens) {
      counts.tokens++
      if ((await isActive(one)) !== active) problems.push(`${what} ${active ? 'is lost' : 'is active again'}`)
    }
  }

  /** Sends the code from all processes at once. It must give tokens this often. */
  async function redemptionsOf(entry: GrantEntry): Promise<number> {
    const replies = await Promise.all(Array.from({ length: processes }, () => token(codeForm(entry.code))))
    for (const { status, body } of replies) {
      if (status !== 200 && body.error !== 'invalid_grant') problems.push(`a code got ${status} ${body.error}`)
    }
    return replies.filter(({ status }) => status === 200).length
  }

  async function auditCode(entry: GrantEntry): Promise<void> {
    const times = await redemptionsOf(entry)
    if (entry.redeemed === 'no') {
      counts.waitingCodes++
      if (times !== 1) problems.push(`an acknowledged code gave tokens ${times} times`)
    } else if (entry.redeemed === 'yes') {
      counts.redemptions++
      if (times !== 0) problems.push('a redeemed code gave tokens again')
    } else {
      if (times > 1) problems.push(`a code gave tokens ${times} times`)
      counts[times === 0 ? 'happened' : 'notHappened']++
    }
  }

  async function auditGrant(entry: GrantEntry): Promise<void> {
    const { accessTokens, refreshToken, rotated, revoked } = entry
    if (entry.redeemed === 'yes' && refreshToken !== undefined) {
      await expectState(entry.revokedTokens, false, 'a revoked access token')
      // An old refresh token is refused or, within the reuse window, answered with its successor; it is never live itself.
      await expectState(rotated, false, 'a rotated refresh token')
      counts.rotations += rotated.length
      const isAlive = await isActive(refreshToken)
      if (revoked === 'yes') {
        counts.revocations++
        await expectState([refreshToken, ...accessTokens], false, 'a token of a revoked grant')
        if ((await token(refreshForm(refreshToken))).status === 200) problems.push('a revoked grant gave tokens again')
      } else if (revoked === 'unknown') {
        counts[isAlive ? 'notHappened' : 'happened']++
        await expectState([refreshToken, ...accessTokens], isAlive, 'a token of a grant with an unanswered revocation')
      } else {
        await expectState(accessTokens, true, 'an acknowledged access token')
        const { status, body } = await token(refreshForm(refreshToken))
        if (status !== 200) problems.push(`an acknowledged refresh token is lost: ${status} ${body.error}`)
        else await expectState([body.access_token, body.refresh_token], true, 'a token of the audit')
      }
    }
    await auditCode(entry)
  }

  async function inTurn<T>(entries: readonly T[], work: (entry: T) => Promise<void>): Promise<void> {
    let next = 0
    const worker = async () => {
      while (next < entries.length) await work(entries[next++] as T)
    }
    await Promise.all(Array.from({ length: width }, worker))
  }

  await inTurn(journal.machineTokens, (one) => expectState([one], true, 'an acknowledged token of the client itself'))
  await inTurn(journal.grants, auditGrant)
  return { problems, counts }
}

/**
 * Statements that find rows of half an action. Each must return no row. Run them before the audit, which revokes grants.
 */
export const halves: Readonly<Record<string, string>> = {
  'a redeemed code without tokens': `select c.id from oauth_authorization_codes c where c.consumed_at is not null
    and not exists (select from oauth_refresh_tokens r where r.grant_id = c.grant_id)`,
  'tokens of a code that was not redeemed': `select c.id from oauth_authorization_codes c where c.consumed_at is null
    and exists (select from oauth_refresh_tokens r where r.grant_id = c.grant_id)`,
  'a code without a grant': `select c.id from oauth_authorization_codes c
    where not exists (select from oauth_grants g where g.id = c.grant_id)`,
  'a rotated refresh token without its successor': `select r.id from oauth_refresh_tokens r
    where (r.rotated_at is null) <> (r.successor_id is null)
    or (r.successor_id is not null and not exists (select from oauth_refresh_tokens s where s.id = r.successor_id))`,
  'a grant with several live refresh tokens': `select grant_id from oauth_refresh_tokens where rotated_at is null
    group by grant_id having count(*) > 1`,
}
