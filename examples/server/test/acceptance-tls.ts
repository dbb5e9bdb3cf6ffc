import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { Agent, fetch as undiciFetch } from 'undici'
import { makeCertificate, type TestCertificate } from '../../../packages/core/test/support/certificates.ts'
import type { Listen, Running } from './acceptance-support.ts'

// TLS servers, certificates and connections for the tests with independent client libraries.

const authority = makeCertificate('Authority of the tests', { isAuthority: true })
const foreignAuthority = makeCertificate('Authority of the tests', { isAuthority: true })
const ofServer = makeCertificate('server', { issuer: authority, alternativeNames: [{ iPAddress: '127.0.0.1' }] })
export const ofReports: TestCertificate = makeCertificate('reports', { issuer: authority })
export const ofOther: TestCertificate = makeCertificate('other', { issuer: authority })
export const forged: TestCertificate = makeCertificate('reports', { issuer: foreignAuthority })
export const selfSigned: TestCertificate = makeCertificate('self')

/** Makes a `fetch` whose connections present this certificate, or none. */
export function fetchWith(certificate?: TestCertificate): typeof fetch {
  const connect = { ca: authority.pem, ...(certificate && { cert: certificate.pem, key: certificate.privateKeyPem }) }
  const dispatcher = new Agent({ connect })
  return ((url: string, options: object) => undiciFetch(url, { ...options, dispatcher })) as unknown as typeof fetch
}

/** The options by which oauth4webapi presents this certificate, or none. */
export function by(certificate?: TestCertificate) {
  return { [oauth.customFetch]: fetchWith(certificate) as never }
}

/** Configures openid-client for a client that presents this certificate. */
export async function configureWith(
  { provider }: Running,
  clientId: string,
  certificate: TestCertificate,
): Promise<openid.Configuration> {
  return openid.discovery(
    new URL(provider.issuer),
    clientId,
    { use_mtls_endpoint_aliases: true },
    openid.TlsClientAuth(),
    { [openid.customFetch]: fetchWith(certificate) as never },
  )
}

/** Two TLS servers for one provider: one never asks for certificates, the other one does. */
export interface TlsServers {
  /** Starts both; the base URL is that of the first one. */
  readonly listen: Listen
  /** The origin of the server that asks for certificates, once they have started. */
  mutualOrigin(): string
  /** The socket on which a request came. */
  socketOf(request: Request): object | undefined
}

export function tlsServers(): TlsServers {
  const sockets = new WeakMap<Request, object>()
  let origin: string | undefined
  return {
    async listen(handle) {
      const remembering = (request: Request, env: HttpBindings): Promise<Response> => {
        sockets.set(request, env.incoming.socket)
        return handle(request, env)
      }
      const [plain, mutual] = [await listen(false, remembering), await listen(true, remembering)]
      origin = mutual.origin
      const stop = async (): Promise<void> => {
        for (const { server } of [plain, mutual]) {
          server.closeAllConnections()
          await new Promise((resolve) => server.close(resolve))
        }
      }
      return { baseUrl: plain.origin, http: by() as never, stop }
    },
    mutualOrigin() {
      if (origin === undefined) throw new Error('the servers have not started')
      return origin
    },
    socketOf: (request) => sockets.get(request),
  }
}

/** Starts a TLS server. With `requestCert` it asks for a certificate, and `authorized` says whether the chain is good. */
async function listen(requestCert: boolean, handle: (request: Request, env: HttpBindings) => Promise<Response>) {
  const options = { requestCert, rejectUnauthorized: false, ca: authority.pem, minVersion: 'TLSv1.2' } as const
  const keys = { cert: ofServer.pem, key: ofServer.privateKeyPem }
  const server = createServer({ ...options, ...keys }, getRequestListener(handle as never))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
