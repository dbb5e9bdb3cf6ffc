import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import type { Clock } from './clock.ts'
import { unavailable } from './errors.ts'
import { type Outbound, rememberFailures } from './outbound.ts'

export interface RemoteKeysOptions {
  readonly fetch: Outbound
  readonly cacheSeconds: number
  readonly cooldownSeconds: number
  /** Seconds after a failure until the next attempt. */
  readonly retrySeconds: number
  readonly clock: Clock
}

/**
 * Fetches and caches the key set at a URL ({@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}).
 * When tokens name an unknown key, `jose` fetches the set again, at most once in `cooldownSeconds`. When the cache has
 * expired and a fetch fails, no key is used: one of the old keys may have been withdrawn.
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
      // A server without a `jwks_uri` signs no access tokens.
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
