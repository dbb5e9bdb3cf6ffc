import type { Context } from '../../contracts/context.ts'
import { sha256 } from '../../crypto/hash.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { compareAndKeep } from '../../records/compare-and-keep.ts'
import type { RecordEntry } from '../../storage/record.ts'
import type { CibaRules } from './options.ts'

const kind = 'ciba_prompts'

/** A request that counts. */
export interface Prompt {
  readonly id: string
  readonly userId: string
  readonly clientId: string
}

interface Entry {
  readonly id: string
  /** Seconds since the epoch: until then the request counts. */
  readonly until: number
}

/**
 * Counts a request before its user is told, so that of many requests at the same time only as many as the rule allows reach
 * the user. A request that has not been answered counts as long as it waits.
 * @param goodUntil when the request expires, in seconds since the epoch
 * @throws {OAuthError} `rate_limited`; then the request does not count
 */
export async function countPrompt(
  ctx: Context,
  prompt: Prompt,
  goodUntil: number,
  { perClient, perUser, windowSeconds }: CibaRules['prompts'],
): Promise<void> {
  const { id, userId, clientId } = prompt
  const entry = { id, until: Math.max(goodUntil, ctx.clock.now() + windowSeconds) }
  // The client first: one that asks too often must not use up what other clients may ask.
  await add(ctx, await counterOf(ctx, userId, clientId), entry, perClient)
  try {
    await add(ctx, await counterOf(ctx, userId), entry, perUser)
  } catch (thrown) {
    await remove(ctx, await counterOf(ctx, userId, clientId), id)
    throw thrown
  }
}

/** Takes a request back that the user has approved. */
export async function forgetPrompt(ctx: Context, { id, userId, clientId }: Prompt): Promise<void> {
  await remove(ctx, await counterOf(ctx, userId, clientId), id)
  await remove(ctx, await counterOf(ctx, userId), id)
}

async function add(ctx: Context, counter: string, entry: Entry, most: number): Promise<void> {
  const now = ctx.clock.now()
  const first = recordOf(counter, [entry], now)
  await compareAndKeep(ctx, first, (known) => {
    const counted = entriesOf(known).filter(({ until }) => now < until)
    if (counted.length >= most) throw tooMany(Math.min(...counted.map(({ until }) => until)) - now)
    return recordOf(counter, [...counted, entry], now)
  })
}

async function remove({ storage: { records }, clock }: Context, counter: string, id: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const known = await records.find({ kind, id: counter })
    const left = known === undefined ? [] : entriesOf(known).filter((entry) => entry.id !== id)
    if (known === undefined || left.length === entriesOf(known).length) return
    const next = { ...recordOf(counter, left, clock.now()), version: known.version + 1 }
    if ((await records.replace(next, known.version)) === 'won') return
  }
}

/** The record has neither user nor client: a counter outlives what a withdrawal deletes. */
function recordOf(id: string, entries: readonly Entry[], now: number): RecordEntry {
  const expiresAt = Math.max(now, ...entries.map(({ until }) => until))
  return { kind, id, value: { entries }, version: 1, createdAt: now, expiresAt }
}

function entriesOf({ value }: RecordEntry): readonly Entry[] {
  return (value as { readonly entries: readonly Entry[] }).entries
}

function counterOf({ config }: Context, userId: string, clientId?: string): string | Promise<string> {
  return sha256(JSON.stringify(['ciba prompts', config.issuer, userId, clientId ?? null]))
}

function tooMany(seconds: number): OAuthError {
  return new OAuthError('rate_limited', 'too many requests wait for this user, or were not approved', {
    headers: { 'retry-after': Math.max(1, seconds).toString() },
  })
}
