export { type NodeListener, nodeListener } from './node/node-listener.ts'
export type { IncomingRequest, OutgoingResponse } from './node/platform.ts'
export { nodeRequest } from './node/request.ts'
export { targetUrl } from './node/target-url.ts'
