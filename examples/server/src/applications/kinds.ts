import type { ClientInput } from '@oauth/core'

/** The kinds of application that the page can make. Each decides how the client authenticates and what it may do. */
export type Kind = 'web' | 'spa' | 'native' | 'api' | 'machine'

export interface KindOfApplication {
  readonly kind: Kind
  readonly name: string
  readonly description: string
  /** Help for the redirect URIs. A kind without users has none. */
  readonly redirectHint?: string
  /** The members that the kind fixes. The form of a developer cannot set them. */
  readonly metadata: {
    readonly grant_types: NonNullable<ClientInput['grant_types']>
    readonly token_endpoint_auth_method: 'client_secret_basic' | 'none'
    readonly application_type?: 'web' | 'native'
  }
}

const forUsers = ['authorization_code', 'refresh_token'] as const
/** For programs that open no browser: the user enters a code on a page of this server. */
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'

export const kinds: readonly KindOfApplication[] = [
  {
    kind: 'web',
    name: 'Web application',
    description: 'A server renders its pages or is its back end, and can keep a secret.',
    redirectHint: 'One address a line. https, or http on this machine, for instance http://localhost:8080/callback.',
    metadata: {
      grant_types: forUsers,
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'web',
    },
  },
  {
    kind: 'spa',
    name: 'Single page application',
    description: 'It runs in the browser, without a server of its own. It has no secret.',
    redirectHint: 'One address a line. https, or http on this machine, for instance http://localhost:5173/callback.',
    metadata: { grant_types: forUsers, token_endpoint_auth_method: 'none', application_type: 'web' },
  },
  {
    kind: 'native',
    name: 'Native app or command line tool',
    description: 'Users install it on a phone or a computer. It has no secret.',
    redirectHint:
      'One address a line: http://127.0.0.1/callback for every port of this machine, or a scheme of yours, for instance com.example.app:/callback.',
    metadata: {
      grant_types: [...forUsers, deviceCode],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
  },
  {
    kind: 'api',
    name: 'API',
    description: 'It receives access tokens, and asks this server whether they are good (introspection).',
    metadata: { grant_types: [], token_endpoint_auth_method: 'client_secret_basic' },
  },
  {
    kind: 'machine',
    name: 'Machine to machine',
    description: 'A job or a service that calls an API by itself, without a user.',
    metadata: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
  },
]

export function findKind(kind: string): KindOfApplication | undefined {
  return kinds.find((known) => known.kind === kind)
}

/** Returns the kind that a client is, also one that was not made on the page. */
export function kindOf(client: Pick<ClientInput, 'grant_types' | 'token_endpoint_auth_method' | 'application_type'>) {
  const kind = guess(client)
  // Every kind is in the list.
  return kinds.find((known) => known.kind === kind) as KindOfApplication
}

function guess({ grant_types = [], token_endpoint_auth_method, application_type }: Parameters<typeof kindOf>[0]): Kind {
  if (grant_types.length === 0) return 'api'
  if (!grant_types.includes('authorization_code')) return 'machine'
  if (application_type === 'native') return 'native'
  return token_endpoint_auth_method === 'none' ? 'spa' : 'web'
}

/** Tells whether applications of this kind sign users in. */
export function signsUsersIn({ metadata }: KindOfApplication): boolean {
  return metadata.grant_types.includes('authorization_code')
}
