import type { Sessions } from '../identity/sessions.ts'
import type { FormGuard } from '../web/form-guard.ts'
import type { Guides } from './guide.ts'
import type { ClientRoutes } from './own-clients.ts'
import type { ShownOnce } from './shown-once.ts'

/** What the pages for developers use. */
export interface DeveloperSide {
  readonly baseUrl: string
  /** The API of this server that applications call, and the scopes for it. */
  readonly apiUrl: string
  readonly apiScopes: readonly string[]
  readonly provider: ClientRoutes
  readonly sessions: Sessions
  readonly guard: FormGuard
  readonly guides: Guides
  readonly secrets: ShownOnce
}
