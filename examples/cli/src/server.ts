import * as client from 'openid-client'
import type { Session } from './session-file.ts'

/** The server as openid-client knows it from the discovery document. */
export async function discover(issuer: string, clientId: string): Promise<client.Configuration> {
  const server = new URL(issuer)
  return client.discovery(server, clientId, undefined, client.None(), {
    // http is for a server on this machine alone.
    execute: server.hostname === 'localhost' || server.hostname === '127.0.0.1' ? [client.allowInsecureRequests] : [],
    // The user sees this name on the consent page, beside the code.
    [client.customFetch]: (url, options) => {
      const headers = { ...options.headers, 'user-agent': `example-cli (${process.platform})` }
      return fetch(url, { ...options, headers } as RequestInit)
    },
  })
}

/** A key of this installation. With each request openid-client signs a proof with it (DPoP). */
export async function createKey(): Promise<JsonWebKey> {
  const { privateKey } = await client.randomDPoPKeyPair('ES256', { extractable: true })
  return crypto.subtle.exportKey('jwk', privateKey)
}

/** The key in the form that openid-client takes with a request. */
export async function proofsWith(config: client.Configuration, key: JsonWebKey): Promise<client.DPoPHandle> {
  const { d: _, ...publicKey } = key
  const read = (jwk: JsonWebKey, use: KeyUsage) =>
    crypto.subtle.importKey('jwk', { ...jwk, key_ops: [use] }, { name: 'ECDSA', namedCurve: 'P-256' }, true, [use])
  return client.getDPoPHandle(config, {
    privateKey: await read(key, 'sign'),
    publicKey: await read(publicKey, 'verify'),
  })
}

/** Connects to the server of a session. */
export async function connect({ issuer, clientId, key }: Pick<Session, 'issuer' | 'clientId' | 'key'>) {
  const config = await discover(issuer, clientId)
  return { config, DPoP: await proofsWith(config, key) }
}
