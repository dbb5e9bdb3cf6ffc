import type { Context } from '../../contracts/context.ts'
import { englishTexts } from '../../contracts/page-texts.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { networkOf } from '../../protocol/ip-address.ts'
import type { RecordEntry } from '../../storage/record.ts'
import type { DeviceRules } from './options.ts'
import { addressOf } from './origin.ts'
import { macOf } from './user-code.ts'

type Rule = DeviceRules['codeEntries']

interface Counter {
  readonly key: string
  readonly max: number
}

const kind = 'device_authorization_entries'

/** How much more than one user all users at one address may enter. */
const atOneAddress = 10

/** How often a write is repeated. Whoever enters so many codes at the same time is no user. */
const writes = 10

/**
 * Counts a code before it is looked up, so that of many guesses at the same time only as many as the rule allows are
 * compared ({@link https://www.rfc-editor.org/rfc/rfc8628#section-5.1 RFC 8628 section 5.1}).
 * @returns a function that takes the count back, for the right code
 * @throws {OAuthError} `rate_limited`
 */
export async function countEntry(
  ctx: Context,
  request: Request,
  userId: string | undefined,
  rule: Rule,
): Promise<() => Promise<void>> {
  const counters = await countersOf(ctx, request, userId, rule)
  for (const counter of counters) await count(ctx, counter, rule)
  return async () => {
    for (const { key } of counters) await takeBack(ctx, key)
  }
}

async function countersOf(
  ctx: Context,
  request: Request,
  userId: string | undefined,
  { max }: Rule,
): Promise<readonly Counter[]> {
  const address = addressOf(ctx, request)
  const who: (readonly [text: string, max: number])[] = []
  if (userId !== undefined) who.push([`user ${userId}`, max])
  if (address !== undefined) who.push([`address ${networkOf(address)}`, max * atOneAddress])
  // A browser without a session is nobody in particular: a new cookie must not bring new guesses.
  if (who.length === 0) who.push(['anybody', max * atOneAddress])
  const { issuer, secrets } = ctx.config
  return Promise.all(
    who.map(async ([text, most]) => ({
      key: await macOf(secrets[0], JSON.stringify(['device entries', issuer, text])),
      max: most,
    })),
  )
}

async function count(ctx: Context, { key, max }: Counter, { windowSeconds }: Rule): Promise<void> {
  const { records } = ctx.storage
  for (let attempt = 0; attempt < writes; attempt++) {
    const now = ctx.clock.now()
    const fresh: RecordEntry = {
      kind,
      id: key,
      value: { count: 1 },
      version: 1,
      createdAt: now,
      expiresAt: now + windowSeconds,
    }
    const found = await records.find({ kind, id: key })
    if (found === undefined) {
      if ((await records.insert(fresh)) === 'won') return
      continue
    }
    const over = now >= found.expiresAt
    if (!over && countOf(found) >= max) throw tooMany(found.expiresAt - now)
    const next = over ? fresh : { ...found, value: { count: countOf(found) + 1 } }
    if ((await records.replace({ ...next, version: found.version + 1 }, found.version)) === 'won') return
  }
  throw tooMany(1)
}

async function takeBack({ storage: { records } }: Context, key: string): Promise<void> {
  for (let attempt = 0; attempt < writes; attempt++) {
    const found = await records.find({ kind, id: key })
    if (found === undefined || countOf(found) === 0) return
    const next = { ...found, value: { count: countOf(found) - 1 }, version: found.version + 1 }
    if ((await records.replace(next, found.version)) === 'won') return
  }
}

function countOf({ value }: RecordEntry): number {
  return (value as { readonly count: number }).count
}

function tooMany(seconds: number): OAuthError {
  return new OAuthError('rate_limited', 'too many wrong user codes', {
    userText: englishTexts.deviceTooManyCodes,
    headers: { 'retry-after': Math.max(1, seconds).toString() },
  })
}
