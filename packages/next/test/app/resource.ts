import type { AsyncLocalStorage } from 'node:async_hooks'
import { protectedResource } from '@oauth/next/resource-server'
import type { LocalVerification } from '@oauth/resource-server'

/** Verifies with the function of the current test, which the test puts into the global object. */
const verifyWith: LocalVerification = async (token, options) => {
  const tests = (globalThis as { oauthTestVerification?: AsyncLocalStorage<LocalVerification> }).oauthTestVerification
  return tests?.getStore()?.(token, options)
}

export const api = protectedResource(() => ({
  resource: 'https://files.example.com/v1',
  authorizationServer: { issuer: 'https://id.example.com/auth', verifyWith },
  scopes: ['notes:read'],
}))
