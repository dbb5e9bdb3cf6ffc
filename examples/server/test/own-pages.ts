import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProvider, type Provider, type ProviderOptions } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'

/** A provider in a real HTTP server, whose user is signed in, and whose own pages have a branding. */
export interface OwnPages {
  readonly provider: Provider
  /** The URL of the page for an application that the server does not know. */
  readonly unknownApplication: string
  /** The URL of the page for an address that is not registered, which leads back to the application. */
  readonly wrongAddress: string
  /** The URL of the question whether to sign out. */
  readonly signOut: string
  /** The URL of a request whose response is a page with a form. */
  readonly formPost: string
  stop(): Promise<void>
}

const logo =
  'data:image/svg+xml;base64,' +
  Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="10" fill="#0b6e4f"/><path d="M12 20l6 6 11-12" fill="none" stroke="#fff" stroke-width="4"/></svg>',
  ).toString('base64')

const branding: ProviderOptions['branding'] = {
  name: 'Example ID',
  logoUrl: logo,
  colours: { accent: '#0b6e4f', accentDark: '#5fd3a8' },
  links: { home: '/', help: '/help', privacy: '/privacy', terms: 'https://example.com/terms' },
  languages: {
    ar: {
      signOutTitle: 'تسجيل الخروج؟',
      signOutQuestion: 'هل تريد تسجيل الخروج من {host}؟ إن لم ترد ذلك فأغلق هذه الصفحة.',
      signOut: 'تسجيل الخروج',
      hintMissing: 'لا نعرف أي تطبيق أرسلك إلى هنا.',
    },
  },
}

/** Starts the server. `changes` are further options of the provider. */
export async function startOwnPages(changes: Partial<ProviderOptions> = {}): Promise<OwnPages> {
  const server = createServer((request, response) => listener?.(request, response))
  let listener: ReturnType<typeof nodeListener> | undefined
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://localhost:${(server.address() as AddressInfo).port}`
  let isSignedIn = true
  const user = { id: 'ada' }
  const session = { id: 'session-1', authTime: Math.floor(Date.now() / 1000) }
  const provider = createProvider({
    baseUrl,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage: memoryStorage(),
    authentication: {
      getSession: () => (isSignedIn ? { user, session } : undefined),
      getUser: () => user,
      endSession: () => {
        isSignedIn = false
      },
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    branding,
    onEvent: () => undefined,
    ...changes,
  } as ProviderOptions) as Provider
  listener = nodeListener(provider)
  const { client_id } = await provider.registerClient({
    client_name: 'Notes & Plans',
    client_uri: 'https://notes.example.com/',
    redirect_uris: ['https://notes.example.com/callback'],
    scope: 'openid',
    skip_consent: true,
  })
  const authorize = (parameters: Readonly<Record<string, string>>): string =>
    `${provider.issuer}/oauth2/authorize?${new URLSearchParams({ client_id, response_type: 'code', scope: 'openid', ...parameters })}`
  return {
    provider,
    unknownApplication: authorize({ client_id: 'nobody' }),
    wrongAddress: authorize({ redirect_uri: 'https://evil.example/' }),
    signOut: `${provider.issuer}/oauth2/end-session`,
    formPost: authorize({
      response_mode: 'form_post',
      state: 'a state',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
