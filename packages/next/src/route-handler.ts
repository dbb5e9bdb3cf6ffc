/** A handler that a `route.ts` exports. */
export type RouteHandler = (request: Request) => Promise<Response>
