import { codeForm, refreshForm, resource } from '../processes/host.ts'
import type { HttpClient } from './http-client.ts'
import { type GrantEntry, grantEntry, type Journal } from './journal.ts'

/** Milliseconds that a client waits after a request without an answer. */
const patience = 20

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A token for a resource is a JWT, and has no row; one without is opaque. */
type Format = { readonly resource?: string }
const formatOf = (number: number): Format => (number % 2 === 0 ? { resource } : {})

/** Requests of many users, until `stop` is called. */
export interface Traffic {
  stop(): Promise<void>
}

/**
 * Starts users that sign in, refresh several times, ask about their tokens, and revoke. Each request goes to the next process.
 * What is acknowledged goes into the journal.
 */
export function startTraffic(client: HttpClient, journal: Journal, processes: number, users: number): Traffic {
  let isRunning = true
  let requests = 0
  const next = () => requests++ % processes

  async function user(number: number): Promise<void> {
    for (let round = number; isRunning; round++) {
      if (round % 3 === 0) await machineToken(formatOf(round))
      const code = await client.authorize(next())
      if (code === undefined) {
        await pause(patience)
        continue
      }
      const entry = grantEntry(code)
      journal.grants.push(entry)
      // Some codes wait until the audit.
      if (round % 6 === 5) continue
      if (!(await redeem(entry))) continue
      for (let turn = 0; turn < 3 && isRunning; turn++) {
        await introspect(entry)
        if (!(await refresh(entry, formatOf(round + turn)))) break
      }
      if (entry.refreshToken === undefined) continue
      if (round % 4 === 1) await revokeGrant(entry, entry.refreshToken)
      else if (round % 4 === 3) await revokeToken(entry)
    }
  }

  const expected = (reply: { readonly status: number; readonly body: unknown }, what: string): boolean => {
    if (reply.status !== 200) journal.faults.push(`${what}: ${reply.status} ${JSON.stringify(reply.body)}`)
    return reply.status === 200
  }

  async function machineToken(format: Format): Promise<void> {
    const reply = await client.post(next(), '/oauth2/token', { grant_type: 'client_credentials', ...format })
    if (reply && expected(reply, 'a token of the client itself')) journal.machineTokens.push(reply.body.access_token)
  }

  async function redeem(entry: GrantEntry): Promise<boolean> {
    entry.redeemed = 'unknown'
    const reply = await client.post(next(), '/oauth2/token', codeForm(entry.code))
    if (!reply) {
      await pause(patience)
      return false
    }
    if (!expected(reply, 'the first redemption of a code')) return false
    entry.redeemed = 'yes'
    entry.accessTokens.push(reply.body.access_token)
    entry.refreshToken = reply.body.refresh_token
    return true
  }

  async function introspect(entry: GrantEntry): Promise<void> {
    const token = entry.accessTokens.at(-1) as string
    const reply = await client.post(next(), '/oauth2/introspect', { token })
    if (reply && expected(reply, 'introspection') && reply.body.active !== true) {
      journal.faults.push('an acknowledged access token is not active')
    }
  }

  /** Refreshes, and like every good client sends the same refresh token again until there is an answer. */
  async function refresh(entry: GrantEntry, format: Format): Promise<boolean> {
    const used = entry.refreshToken as string
    for (;;) {
      const reply = await client.post(next(), '/oauth2/token', { ...refreshForm(used), ...format })
      if (!reply) {
        if (!isRunning) return false
        await pause(patience)
        continue
      }
      if (!expected(reply, 'a refresh, or its repetition')) return false
      entry.rotated.push(used)
      entry.refreshToken = reply.body.refresh_token
      entry.accessTokens.push(reply.body.access_token)
      return true
    }
  }

  async function revokeGrant(entry: GrantEntry, token: string): Promise<void> {
    entry.revoked = 'unknown'
    const reply = await client.post(next(), '/oauth2/revoke', { token })
    if (reply && expected(reply, 'the revocation of a refresh token')) entry.revoked = 'yes'
  }

  async function revokeToken(entry: GrantEntry): Promise<void> {
    const token = entry.accessTokens.pop() as string
    const reply = await client.post(next(), '/oauth2/revoke', { token })
    if (!reply) entry.uncertainTokens.push(token)
    else if (expected(reply, 'the revocation of an access token')) entry.revokedTokens.push(token)
  }

  const running = Promise.all(Array.from({ length: users }, (_, number) => user(number)))
  return {
    async stop() {
      isRunning = false
      await running
    },
  }
}
