import type { ClientInput } from '@oauth/core'
import type { Feature } from '@oauth/core/feature'
import { type JwtSecuredRequestsOptions, jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { type Parameters, postAs } from '../../support/client.ts'
import { authorizeWith, pushPath } from '../../support/pushed-requests.ts'
import { startRemote } from '../../support/remote.ts'
import { type RequestObjectWorld, requestObjectWorld } from '../../support/request-objects.ts'
import type { WorldOptions } from '../../support/world.ts'

/** What became of a request object: `taken`, or the error code, by the way in which it came. */
export interface Outcomes {
  readonly request: string
  readonly requestUri: string
  readonly pushed: string
}

export interface Ways extends RequestObjectWorld {
  /** Sends a request object in `request`, behind a `request_uri` and in a push, with these parameters beside it. */
  sendEachWay(jwt: string, beside?: Parameters): Promise<Outcomes>
  /** The URLs that show the login page for it, each way. */
  loginPages(jwt: string, beside?: Parameters): Promise<readonly URL[]>
}

/** The outcomes when all three ways end alike. */
export const each = (outcome: string): Outcomes => ({ request: outcome, requestUri: outcome, pushed: outcome })

/** The outcomes of a request object that is refused. At the push endpoint, the error is JSON with the same code. */
export const refused: Outcomes = each('invalid_request_object')
export const taken: Outcomes = each('taken')

/** A server that takes request objects in three ways, and a client that may use each of them. */
export async function waysWorld(
  options: JwtSecuredRequestsOptions = {},
  input: ClientInput = {},
  { features = [], ...others }: WorldOptions & { readonly features?: readonly Feature[] } = {},
): Promise<Ways> {
  const remote = await startRemote()
  const uris = Array.from({ length: 50 }, (_, index) => `${remote.origin}/${index}`)
  const made = await requestObjectWorld(
    options,
    { request_uris: uris, ...input },
    {
      dangerouslyAllowPrivateAddresses: true,
      features: [...features, jwtSecuredRequests(options), pushedAuthorizationRequests()],
      ...others,
    },
  )
  const { world, client, ask } = made
  let published = 0

  const push = async (jwt: string, beside: Parameters): Promise<Response | string> => {
    const { status, body } = await postAs(world, client, pushPath, { ...beside, request: jwt })
    if (status !== 201) return `${body.error}`
    return made.browser.request(authorizeWith(world, client, body.request_uri))
  }
  const send = async (jwt: string, beside: Parameters) => {
    const path = `/${published++}`
    remote.serveText(path, 'application/oauth-authz-req+jwt', jwt)
    return {
      request: await ask({ ...beside, request: jwt }),
      requestUri: await ask({ ...beside, request_uri: remote.origin + path }),
      pushed: await push(jwt, beside),
    }
  }
  return {
    ...made,
    async sendEachWay(jwt, beside = {}) {
      const { request, requestUri, pushed } = await send(jwt, beside)
      return { request: outcome(request), requestUri: outcome(requestUri), pushed: outcome(pushed) }
    },
    async loginPages(jwt, beside = {}) {
      const answers = Object.values(await send(jwt, beside))
      return answers.map((answer) => new URL(typeof answer === 'string' ? answer : (location(answer) ?? '')))
    },
  }
}

function outcome(answer: Response | string): string {
  if (typeof answer === 'string') return answer
  const url = location(answer)
  if (url === null) return `page ${answer.status}`
  const { pathname, searchParams } = new URL(url)
  return pathname === '/login' ? 'taken' : `${searchParams.get('error')}`
}

function location(response: Response): string | null {
  return response.headers.get('location')
}
