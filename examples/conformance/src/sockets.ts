/** The socket of each request, in which a client may have presented a certificate. */
const sockets = new WeakMap<Request, object>()

export function keepSocket(request: Request, socket: object): void {
  sockets.set(request, socket)
}

export function socketOf(request: Request): object | undefined {
  return sockets.get(request)
}
