import { createProvider, type Provider } from '@oauth/core'
import { conformanceReport } from '@oauth/core/features/conformance-report'
import { memoryStorage } from '@oauth/core/memory'

const options = {
  baseUrl: 'https://id.example.com',
  secret: 'a-secret-for-tests-with-enough-characters',
  storage: memoryStorage(),
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
}

/** A provider with one client, as a host exports it. */
export const provider: Provider = createProvider({ ...options, features: [conformanceReport()] })
await provider.registerClient({ client_id: 'notes', redirect_uris: ['https://notes.example.com/callback'] })

export const withoutReport: Provider = createProvider({ ...options, storage: memoryStorage() })

/** A provider that is made later, with a client whose id would move the cursor of a terminal. */
export async function later(): Promise<Pick<Provider, 'issuer' | 'conformanceReport'>> {
  return {
    issuer: 'https://other.example.com',
    async *conformanceReport() {
      const finding = {
        rule: 'r',
        requirement: 'It is.',
        section: 'https://example.com/#s',
        subject: 'client',
      } as const
      yield { ...finding, clientId: 'a\u001b[2Jb', status: 'cannot tell', found: 'x\r\n', change: 'look' }
    },
  }
}

export const nothing = 1
