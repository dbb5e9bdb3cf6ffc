export { type MountableSource, oauthHandlers, type RouteHandlers } from './oauth-handlers.ts'
export { pageRequest, type SearchParams } from './page-request.ts'
export type { RouteHandler } from './route-handler.ts'
