import type { Context } from '../../contracts/context.ts'
import { englishTexts } from '../../contracts/page-texts.ts'
import type { KeptRequest } from '../../contracts/parameter-source.ts'
import { encodeBase64url } from '../../crypto/base64url.ts'
import { sha256 } from '../../crypto/hash.ts'
import { parseUnchecked, type UncheckedParameters } from '../../http/parameters.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { isPushedRequestUri, pushedRequestUriPrefix } from '../../protocol/pushed-request-uri.ts'

const kind = 'pushed_authorization_request'

/** The names and values of the parameters. A parameter that may be repeated has several pairs. */
export type Pairs = readonly (readonly [name: string, value: string])[]

/** The value of the record of a pushed request. */
interface Pushed {
  readonly parameters: Pairs
  /** Seconds since the epoch: from then on the request can no longer begin. */
  readonly goodUntil: number
}

/** What the client gets for a request that was stored. */
export interface Stored {
  readonly requestUri: string
  /** Seconds since the epoch. */
  readonly goodUntil: number
}

/**
 * Stores a checked request under a new `request_uri` of 256 random bits ({@link
 * https://www.rfc-editor.org/rfc/rfc9126#section-7.1 RFC 9126 section 7.1}). The storage has only the hash of the URI.
 * @param lifetime in seconds
 */
export async function storePushedRequest(
  ctx: Context,
  clientId: string,
  parameters: Pairs,
  lifetime: number,
): Promise<Stored> {
  const requestUri = pushedRequestUriPrefix + encodeBase64url(ctx.random.bytes(32))
  const now = ctx.clock.now()
  const goodUntil = now + lifetime
  const value: Pushed = { parameters, goodUntil }
  const outcome = await ctx.storage.records.insert({
    kind,
    id: await hashOf(ctx, requestUri),
    clientId,
    value,
    version: 1,
    createdAt: now,
    // The record must outlive an interaction that begins at the last moment, because the answer takes it.
    expiresAt: goodUntil + ctx.config.lifetimes.interaction,
  })
  if (outcome !== 'won') throw new Error('the random request_uri of a pushed request is taken')
  return { requestUri, goodUntil }
}

/**
 * Finds the pushed request that an authorization request names. All other parameters but `client_id` are ignored ({@link
 * https://www.rfc-editor.org/rfc/rfc9126#section-4 RFC 9126 section 4}). The record stays: the answer takes it, so that
 * the user may reload the page. Errors stay on a page: the parameters in the URL do not say where the answer to a pushed
 * request goes.
 * @returns `undefined` for a request without a `request_uri` of this feature
 * @throws {OAuthError} `invalid_request_uri` or `invalid_request`
 */
export async function findPushedRequest(ctx: Context, sent: UncheckedParameters): Promise<KeptRequest | undefined> {
  const requestUri = sent.get('request_uri')
  if (requestUri === undefined || !isPushedRequestUri(requestUri)) return undefined
  if (sent.has('request')) throw onPage('invalid_request', 'send request or request_uri, not both')
  const clientId = sent.get('client_id')
  if (clientId === undefined) {
    throw onPage('invalid_request', 'the application did not say which one it is: client_id is missing, or there twice')
  }
  const id = await hashOf(ctx, requestUri)
  const record = await ctx.storage.records.find({ kind, id })
  if (record === undefined) throw unusable('no pushed request has this request_uri: it was used, or never issued')
  if (record.clientId !== clientId) throw unusable(`the request was pushed by the client ${record.clientId}`)
  const { parameters, goodUntil } = record.value as Pushed
  if (ctx.clock.now() >= goodUntil) throw unusable('the request_uri has expired')
  const encoded = new URLSearchParams(parameters.map(([name, value]) => [name, value])).toString()
  return {
    parameters: parseUnchecked(encoded, ctx.registry.repeatable),
    take: [{ kind, id, version: record.version }],
  }
}

/** Hashes the URI together with the issuer, because two issuers may share a storage. */
function hashOf(ctx: Context, requestUri: string): string | Promise<string> {
  return sha256(`${requestUri} ${ctx.config.issuer}`)
}

function onPage(code: 'invalid_request', description: string): OAuthError {
  return new OAuthError(code, description, { redirect: 'never' })
}

/** One text for all reasons, so that nobody learns which pushed requests exist. The event has the reason. */
function unusable(reason: string): OAuthError {
  return new OAuthError(
    'invalid_request_uri',
    'request_uri is unknown, expired or already used, or belongs to another client',
    {
      userText: englishTexts.interactionIsOver,
      cause: new Error(reason),
      redirect: 'never',
    },
  )
}
