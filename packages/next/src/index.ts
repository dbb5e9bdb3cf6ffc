export { type MountableSource, oauthHandlers, type RouteHandler, type RouteHandlers } from './oauth-handlers.ts'
export { pageRequest, type SearchParams } from './page-request.ts'
