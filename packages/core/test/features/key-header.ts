import { OAuthError } from '@oauth/core'
import {
  type AuthorizationParameter,
  type Core,
  encodeBase64url,
  type Feature,
  type SenderConstraint,
  sha256,
  timingSafeEqual,
} from '@oauth/core/feature'
import * as v from 'valibot'

declare module '@oauth/core' {
  interface FeatureErrorCodes {
    invalid_key_header: true
  }
  interface FeatureClientMetadata {
    /** `key-header`: the client uses only tokens that are bound to a key. */
    readonly key_header_required?: boolean
  }
}

/**
 * Binds tokens to a secret key that the client makes and sends in the header `Key-Header` with each request. The server
 * keeps the SHA-256 of the key. An authorization request may name that hash already (`key_hash`).
 */
export function keyHeader(): Feature<'keyHeader'> {
  return {
    name: 'keyHeader',
    start: (core) => ({
      senderConstraints: [constraint(core)],
      authorizationParameters: [keyHash],
      clientMetadata: [{ members: { key_header_required: v.boolean() } }],
      errors: { invalid_key_header: 422 },
      serverMetadata: { key_header_supported: true },
    }),
  }
}

function constraint(core: Core): SenderConstraint {
  const nonce = () => ({ 'key-header-nonce': encodeBase64url(core.random.bytes(16)) })
  return {
    confirmation: 'kh',
    codeParameter: 'key_hash',
    tokenType: 'KeyHeader',
    challenge: { hash: 'S256' },
    requestHeaders: ['Key-Header'],
    responseHeaders: ['Key-Header-Nonce'],
    async prove(_ctx, request, { client }) {
      const key = request.headers.get('key-header')
      if (key === null && client?.metadata.key_header_required !== true) return undefined
      if (key === null || !/^[A-Za-z0-9_-]{43}$/.test(key)) {
        throw new OAuthError('invalid_key_header', 'the header Key-Header needs 32 random bytes in base64url', {
          headers: nonce(),
        })
      }
      return { confirmation: await sha256(key), headers: nonce() }
    },
  }
}

/** Binds the code to a key before the client has used the key once. */
const keyHash: AuthorizationParameter<string> = {
  name: 'key_hash',
  keptWith: 'code',
  parse(parameters) {
    const hash = parameters.get('key_hash')
    if (hash !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(hash)) {
      throw new OAuthError('invalid_request', 'key_hash must be the SHA-256 of a key in base64url')
    }
    return hash
  },
  checkRedemption(hash, { binding }) {
    if (binding?.cnf.kh !== undefined && timingSafeEqual(binding.cnf.kh, hash)) return
    throw new OAuthError('invalid_grant', 'the code is bound to another key')
  },
}
