export type { ExpressMiddleware, ExpressRequest } from './express.ts'
export { expressRequest, oauth } from './oauth.ts'
export { pageRequest } from './page-request.ts'
