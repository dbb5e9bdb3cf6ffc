import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import type { Clock } from './clock.ts'
import { unavailable } from './errors.ts'
import { type Outbound, rememberFailures } from './outbound.ts'

export interface RemoteKeysOptions {
  readonly fetch: Outbound
  readonly cacheSeconds: number
  readonly cooldownSeconds: number
  /** After a failure, how long until the next try. */
  readonly retrySeconds: number
  readonly clock: Clock
}

/**
 * The keys at an address ({@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}). `jose` keeps
 * them, and fetches them again when a token names one that it does not have, once in a cool-down however many do.
 * When keys that are too old cannot be fetched, there are none: one of them may have been withdrawn.
 */
export function createRemoteKeys(jwksUri: () => Promise<URL | undefined>, options: RemoteKeysOptions): JWTVerifyGetKey {
  let current: { readonly href: string; readonly keys: JWTVerifyGetKey } | undefined

  const keysAt = (url: URL): JWTVerifyGetKey => {
    if (current?.href !== url.href) {
      const keys = createRemoteJWKSet(url, {
        cacheMaxAge: options.cacheSeconds * 1000,
        cooldownDuration: options.cooldownSeconds * 1000,
        [customFetch]: rememberFailures(options.fetch, options.retrySeconds, options.clock),
      })
      current = { href: url.href, keys }
    }
    return current.keys
  }

  return async (header, token) => {
    try {
      const url = await jwksUri()
      // A server without published keys signs no access tokens.
      if (url === undefined) throw new errors.JWKSNoMatchingKey()
      return await keysAt(url)(header, token)
    } catch (error) {
      throw isAboutTheToken(error) ? error : unavailable(error)
    }
  }
}

function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  )
}
