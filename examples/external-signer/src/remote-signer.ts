import {
  type ExternalSigningKey,
  ecdsaSignatureFromDer,
  externalSigningKeys,
  type SigningKeySource,
} from '@oauth/core/external-signing-keys'

/** Signs with the keys of the signer at this URL. Replace the two calls with those of your key management service. */
export function remoteSigner({ url, secret }: { readonly url: string; readonly secret: string }): SigningKeySource {
  const headers = { authorization: `Bearer ${secret}` }

  async function call(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(new URL(path, url), { ...init, headers, redirect: 'error' })
    if (!response.ok) throw new Error(`the signer answered ${response.status} to ${path.split('?')[0]}`)
    return response
  }

  return externalSigningKeys({
    algorithms: ['ES256'],
    timeoutSeconds: 2,
    list: async ({ signal }) => (await call('/keys', { signal })).json() as Promise<ExternalSigningKey[]>,
    async sign({ key, data, signal }) {
      const path = `/sign?kid=${encodeURIComponent(key.kid)}`
      const response = await call(path, { method: 'POST', body: new Uint8Array(data), signal })
      return ecdsaSignatureFromDer(new Uint8Array(await response.arrayBuffer()))
    },
  })
}
