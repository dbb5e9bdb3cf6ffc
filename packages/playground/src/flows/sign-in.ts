import { decodeJwt } from 'jose'
import { type App, credentials, type Keys, makeProof, randomText, sha256, signRequest } from '../world/apps.ts'
import { type Draft, type Exchange, get, type Parameters, parseJson, postForm, redirectOf } from '../world/exchange.ts'
import { endpoint, places } from '../world/places.ts'
import { users } from '../world/users.ts'
import type { World } from '../world/world.ts'
import { Blocked, need, oidc, type RequestStep, rfc, type UserPage } from './flow.ts'

/** What an app remembers between its requests. */
export interface Memory {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  requestUri?: string
  /** Where the browser goes next. */
  next?: string
  code?: string
  accessToken?: string
  refreshToken?: string
  idToken?: string
}

export interface SignIn {
  readonly world: World
  readonly app: App
  readonly memory: Memory
  readonly scope: string
  readonly resource?: string
}

export function prepareSignIn(
  world: World,
  app: App,
  wanted: { readonly scope?: string; readonly resource?: string } = {},
) {
  const scope = wanted.scope ?? 'openid profile email offline_access notes:read'
  const memory: Memory = { verifier: randomText(32), state: randomText(12), nonce: randomText(12) }
  return { world, app, memory, scope, ...(wanted.resource !== undefined && { resource: wanted.resource }) }
}

/** Returns the parameters of the authorization request. */
async function parameters({ world, app, memory, scope, resource }: SignIn): Promise<Parameters> {
  return {
    response_type: 'code',
    client_id: app.id,
    redirect_uri: app.redirectUri,
    scope,
    state: memory.state,
    nonce: scope.split(' ').includes('openid') ? memory.nonce : undefined,
    code_challenge: await sha256(memory.verifier),
    code_challenge_method: 'S256',
    resource,
    response_mode: world.switches.jarm ? 'jwt' : undefined,
  }
}

/** Makes the first request: the pushed one where the server wants that, and that of the browser otherwise. */
export async function firstRequest(signIn: SignIn, changes: Parameters = {}, keys?: Keys): Promise<Draft> {
  const { world, app } = signIn
  const asked = { ...(await parameters(signIn)), ...changes }
  const sent = world.switches.jar ? { client_id: app.id, request: await signRequest(world, app, asked, keys) } : asked
  return world.switches.par ? push(signIn, sent) : world.inBrowser(get(endpoint('/oauth2/authorize'), sent))
}

async function push({ world, app }: SignIn, sent: Parameters): Promise<Draft> {
  const url = endpoint('/oauth2/par')
  const { headers, parameters: own } = credentials(app)
  const proof = world.switches.dpop ? [await makeProof(world, app.proofKeys, { method: 'POST', url })] : []
  return postForm(url, { ...sent, ...own }, [...headers, ...proof])
}

/** Reads a redirect of the server: on to a page, or back to the app with a code. */
function follow({ app, memory }: SignIn, { answer }: Exchange): void {
  const redirected = redirectOf(answer)
  if (redirected === undefined) return
  memory.next = redirected.url
  if (redirected.target !== app.redirectUri) return
  const found = Object.fromEntries(redirected.parameters)
  const code = found.response === undefined ? found.code : decodeJwt(found.response).code
  if (typeof code === 'string') memory.code = code
}

const noPage = 'The server did not send the browser to this page. Start again, and send the steps before as they are.'

/** The steps from the authorization request to the code. */
export function signInSteps(signIn: SignIn): readonly RequestStep[] {
  const { world, app, memory } = signIn
  const { par, jar, consent } = world.switches
  return [
    ...(par
      ? [
          {
            kind: 'request',
            id: 'push',
            title: 'The app pushes its request',
            why: 'The app hands the whole request to the server directly and authenticates while it does so. The browser will carry only a reference, so nobody can read or change the request there.',
            section: rfc(9126, 'section 2.1', 'Request'),
            from: 'app',
            to: 'server',
            request: () => firstRequest(signIn),
            learn({ answer }) {
              memory.requestUri = parseJson(answer.body)?.request_uri as string | undefined as string
            },
          } satisfies RequestStep,
        ]
      : []),
    {
      kind: 'request',
      id: 'authorize',
      title: 'The browser asks for authorization',
      why: jar
        ? 'The app sends the user to the server with a request that it has signed. Nobody can change a signed request on its way through the browser.'
        : 'The app sends the user to the server. code_challenge is the hash of a secret that only the app knows; state ties the answer to this browser.',
      section: jar
        ? rfc(9101, 'section 5', 'Authorization Request')
        : rfc(6749, 'section 4.1.1', 'Authorization Request'),
      from: 'browser',
      to: 'server',
      async request() {
        if (!par) return firstRequest(signIn)
        const request_uri = need(memory.requestUri, 'The request was not pushed: send that step first.')
        return world.inBrowser(get(endpoint('/oauth2/authorize'), { client_id: app.id, request_uri }))
      },
      learn: (exchange) => follow(signIn, exchange),
    },
    signInPage(signIn),
    {
      kind: 'request',
      id: 'continue',
      title: 'The browser returns to the server',
      why: consent
        ? 'The host has signed the user in and sends the browser back. The server reads the session, sees that consent is due, and redirects to the consent page.'
        : 'The host has signed the user in. The app is trusted, so nobody is asked: the server redirects straight to the app, with a code.',
      section: rfc(6749, 'section 3.1', 'Authorization Endpoint'),
      from: 'browser',
      to: 'server',
      request: () => world.inBrowser(get(need(memory.next, noPage))),
      learn: (exchange) => follow(signIn, exchange),
    },
    ...(consent ? [consentPage(signIn)] : []),
  ]
}

export function signInPage(signIn: SignIn): RequestStep {
  const { world, memory } = signIn
  return {
    kind: 'request',
    id: 'sign-in',
    title: 'The user signs in',
    why: 'Users and sessions belong to your application: the server only sends the browser to its login page. The page signs the user in, sets its own cookie, and sends the browser back.',
    section: oidc('Authenticates', 'Authorization Server Authenticates End-User'),
    from: 'browser',
    to: 'server',
    page: async () => {
      const context = await contextOf(world, memory)
      return {
        title: 'Sign in to Example ID',
        lines: [`to continue to ${context?.clientName ?? 'an application'}`],
        choices: users.map(({ id, name }) => ({ label: `Sign in as ${name.split(' ')[0]}`, value: id })),
      }
    },
    request(choice) {
      const url = need(memory.next, noPage)
      if (!url.startsWith(places.login)) throw new Blocked(noPage)
      return world.inBrowser(postForm(url, { user: choice }))
    },
    learn: (exchange) => follow(signIn, exchange),
  }
}

export function consentPage(signIn: SignIn): RequestStep {
  const { world, memory } = signIn
  return {
    kind: 'request',
    id: 'consent',
    title: 'The user answers',
    why: 'The consent page shows who asks for what. It posts the answer with the state of this interaction, from the same origin and browser, so that no other site can answer for the user.',
    section: rfc(6749, 'section 4.1.2', 'Authorization Response'),
    from: 'browser',
    to: 'server',
    page: async (): Promise<UserPage> => {
      const context = await contextOf(world, memory)
      const code = (context?.completionDetails as { readonly userCode?: string } | undefined)?.userCode
      const destination = context?.redirectHost ? [`You then continue to ${context.redirectHost}.`] : []
      return {
        title: `${context?.clientName ?? 'An application'} asks for access`,
        lines: [
          ...(context?.selfRegistered ? ['Nobody has verified this application.'] : []),
          `It asks for: ${context?.scopes.join(', ') ?? ''}`,
          ...(code === undefined ? [] : [`Is ${code} the code on your device?`]),
          ...destination,
        ],
        choices: [
          { label: 'Allow', value: 'true' },
          { label: 'Deny', value: 'false' },
        ],
      }
    },
    async request(choice) {
      const context = need(await contextOf(world, memory), noPage)
      return world.inBrowser(postForm(endpoint('/oauth2/consent'), { state: context.state, accept: choice }))
    },
    learn: (exchange) => follow(signIn, exchange),
  }
}

/** Asks the server what a page of the host should show, as the page would. */
function contextOf(world: World, { next }: Memory) {
  if (next === undefined) return Promise.resolve(undefined)
  const { url, headers } = world.inBrowser(get(next))
  const request = new Request(url)
  Object.defineProperty(request, 'headers', { value: new Headers(headers as [string, string][]) })
  return world.provider.tryResolveLoginContext(request)
}

/** Puts attacks on the first request behind it, so that the reader sees first how it is meant. */
export function afterFirst(steps: readonly RequestStep[], attacks: readonly RequestStep[]): readonly RequestStep[] {
  const [first, ...rest] = steps
  return first === undefined ? attacks : [first, ...attacks, ...rest]
}

/** Makes a token request of an app. */
export async function tokenRequest(
  { world, app }: Pick<SignIn, 'world' | 'app'>,
  sent: Parameters,
  { dpop = world.switches.dpop }: { readonly dpop?: boolean } = {},
): Promise<Draft> {
  const url = endpoint('/oauth2/token')
  const { headers, parameters: own } = credentials(app)
  const proof = dpop ? [await makeProof(world, app.proofKeys, { method: 'POST', url })] : []
  return postForm(url, { ...sent, ...own }, [...headers, ...proof])
}

export const noCode = 'The app has no code: the user said no, or an earlier request was refused. Start again.'

/** Exchanges the code, with changes where the reader plays an attacker. */
export function codeRequest(signIn: SignIn, changes: Parameters = {}): Promise<Draft> {
  const { app, memory } = signIn
  return tokenRequest(signIn, {
    grant_type: 'authorization_code',
    code: need(memory.code, noCode),
    redirect_uri: app.redirectUri,
    code_verifier: memory.verifier,
    ...changes,
  })
}

/** Keeps the tokens of a token response. */
export function keepTokens({ memory }: Pick<SignIn, 'memory'>, { answer }: Exchange): void {
  const body = parseJson(answer.body)
  if (typeof body?.access_token === 'string') memory.accessToken = body.access_token
  if (typeof body?.refresh_token === 'string') memory.refreshToken = body.refresh_token
  if (typeof body?.id_token === 'string') memory.idToken = body.id_token
}

export function tokenStep(signIn: SignIn): RequestStep {
  return {
    kind: 'request',
    id: 'token',
    title: 'The app exchanges the code',
    why:
      signIn.app.secret === undefined
        ? 'A public client has no secret. The verifier proves that this is the app that asked: the server hashes it and compares the result with code_challenge.'
        : `The app proves who it is with its secret, and that it is the one that asked with the verifier. The code works once, for ${signIn.world.switches.codeTtl} seconds.`,
    section: rfc(6749, 'section 4.1.3', 'Access Token Request'),
    from: 'app',
    to: 'server',
    request: () => codeRequest(signIn),
    learn: (exchange) => keepTokens(signIn, exchange),
  }
}

/** The whole sign-in as one step, for flows about what comes after it. */
export function signInShortcut(signIn: SignIn) {
  const steps = [...signInSteps(signIn), tokenStep(signIn)]
  return {
    kind: 'shortcut',
    id: 'before',
    title: 'A user has signed in',
    why: `These ${steps.length} requests are the authorization code flow, sent at once. Their result is what this flow begins with.`,
    section: rfc(6749, 'section 4.1', 'Authorization Code Grant'),
    steps,
  } as const
}
