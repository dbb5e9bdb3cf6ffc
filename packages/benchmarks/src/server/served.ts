import type { RequestListener } from 'node:http'
import type { Target } from '../protocol.ts'
import type { PurgeLoop } from './purge-loop.ts'

export interface Served {
  readonly listener: RequestListener
  readonly clients: Target['clients']
  readonly privateKey?: Target['privateKey']
  readonly purge?: PurgeLoop
}

/** The clients for servers that check no credentials. */
export const anyClients: Target['clients'] = {
  ES256: { id: 'client-es256-of-floor-24', secret: 'a-client-secret-with-forty-three-characters' },
  EdDSA: { id: 'client-eddsa-of-floor-24', secret: 'a-client-secret-with-forty-three-characters' },
  RS256: { id: 'client-rs256-of-floor-24', secret: 'a-client-secret-with-forty-three-characters' },
}
