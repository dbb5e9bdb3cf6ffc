import { createKeys, makeProof, presentToken, registerApp } from '../world/apps.ts'
import { get } from '../world/exchange.ts'
import { endpoint, places } from '../world/places.ts'
import { apiStep, noToken } from './calls.ts'
import { type Flow, need, type RequestStep, rfc, type Step } from './flow.ts'
import {
  afterFirst,
  codeRequest,
  firstRequest,
  keepTokens,
  prepareSignIn,
  signInShortcut,
  signInSteps,
  tokenRequest,
  tokenStep,
} from './sign-in.ts'

export const parFlow: Flow = {
  id: 'par',
  title: 'Pushed requests (PAR)',
  summary: 'The request goes to the server directly, and the browser carries a reference that nobody can change.',
  group: 'Stronger',
  fixed: { par: true },
  switches: ['algorithm', 'jar', 'jarm', 'dpop', 'consent'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, { id: 'notes-web', name: 'Notes', confidential: true })
    const signIn = prepareSignIn(world, app)
    const { memory } = signIn
    const inBrowser = (parameters: Readonly<Record<string, string>>) =>
      world.inBrowser(get(endpoint('/oauth2/authorize'), parameters))
    const section = rfc(9126, 'section 4', 'Authorization Request')
    const unpushed: RequestStep = {
      kind: 'request',
      id: 'unpushed',
      title: 'Leave the push out',
      why: 'An attacker builds a link with a whole request in it. The server wants every request pushed, by a client that has authenticated.',
      section,
      attack: true,
      expects: 'invalid_request',
      from: 'browser',
      to: 'server',
      request: () =>
        inBrowser({
          response_type: 'code',
          client_id: app.id,
          redirect_uri: app.redirectUri,
          scope: 'openid',
          state: 'x',
        }),
    }
    const used: RequestStep = {
      kind: 'request',
      id: 'used',
      title: 'Open the link again',
      why: 'The request was answered, so its reference is used up. A link in the history of the browser starts nothing.',
      section,
      attack: true,
      expects: 'invalid_request_uri',
      from: 'browser',
      to: 'server',
      request: () => inBrowser({ client_id: app.id, request_uri: need(memory.requestUri, 'Push the request first.') }),
    }
    return [...afterFirst(signInSteps(signIn), [unpushed]), used, tokenStep(signIn)]
  },
}

export const signedFlow: Flow = {
  id: 'signed',
  title: 'Signed requests and responses (JAR, JARM)',
  summary: 'Both directions through the browser are JWTs: nobody can change what the app asks or what it is told.',
  group: 'Stronger',
  fixed: { jar: true, jarm: true },
  switches: ['algorithm', 'par', 'dpop', 'consent'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, { id: 'notes-web', name: 'Notes', confidential: true })
    const signIn = prepareSignIn(world, app)
    const forge: RequestStep = {
      kind: 'request',
      id: 'forge',
      title: 'Sign with another key',
      why: 'An attacker signs a request in the name of the app. The server verifies it with the keys that the app registered, whatever the header of the JWT says.',
      section: rfc(9101, 'section 10.2', 'Request Source Authentication'),
      attack: true,
      expects: 'invalid_request_object',
      from: world.switches.par ? 'app' : 'browser',
      to: 'server',
      request: async () => firstRequest(signIn, {}, await createKeys()),
    }
    const plain: RequestStep = {
      ...forge,
      id: 'plain',
      from: 'browser',
      title: 'Send a request without a signature',
      why: 'The server demands signed requests here, so plain parameters start nothing.',
      section: rfc(9101, 'section 10.5', 'Downgrade Attack'),
      expects: 'invalid_request',
      request: () =>
        world.inBrowser(
          get(endpoint('/oauth2/authorize'), {
            response_type: 'code',
            client_id: app.id,
            redirect_uri: app.redirectUri,
            scope: 'openid',
            response_mode: 'jwt',
          }),
        ),
    }
    return [...afterFirst(signInSteps(signIn), [forge, plain]), tokenStep(signIn)]
  },
}

export const dpopFlow: Flow = {
  id: 'dpop',
  title: 'Tokens bound to a key (DPoP)',
  summary: 'Each request proves a key of the app, so a stolen token is worth nothing.',
  group: 'Stronger',
  fixed: { dpop: true, format: 'jwt' },
  switches: ['algorithm', 'tokenTtl'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, { id: 'notes-app', name: 'Notes' })
    const signIn = prepareSignIn(world, app)
    const { memory } = signIn
    const thief = await createKeys()
    const kept: { proof?: readonly (readonly [string, string])[] } = {}
    const attack = { kind: 'request', attack: true, from: 'app', to: 'api' } as const
    const present = () =>
      presentToken(world, app, { method: 'GET', url: places.api, accessToken: need(memory.accessToken, noToken) })
    const { steps } = signInShortcut(signIn)
    const before = steps.slice(0, -1)
    return [
      {
        ...signInShortcut(signIn),
        why: `These ${before.length} requests bring a code, and are sent at once. This flow begins where the app exchanges it.`,
        title: 'A user has signed in',
        steps: before,
      },
      {
        ...tokenStep(signIn),
        id: 'no-proof',
        title: 'Ask for tokens without a proof',
        why: 'This server binds every token to a key, so a request that proves none is refused. The code stays good.',
        section: rfc(9449, 'section 5', 'DPoP Access Token Request'),
        attack: true,
        expects: 'invalid_request',
        async request() {
          const right = await codeRequest(signIn)
          return { ...right, headers: right.headers.filter(([name]) => name !== 'dpop') }
        },
        learn: () => undefined,
      },
      {
        ...tokenStep(signIn),
        why: 'With the request the app sends a proof: a JWT that it signs with its own key, for this method and URL. The hash of the key goes into the token (cnf.jkt).',
        section: rfc(9449, 'section 5', 'DPoP Access Token Request'),
      },
      apiStep(world, app, memory, {
        why: 'The API gets the token with a new proof, which also has the hash of the token (ath). It checks that the key of the proof is the one in the token.',
        section: rfc(9449, 'section 7', 'Protected Resource Access'),
        async request() {
          kept.proof = await present()
          return get(places.api, {}, kept.proof)
        },
      }),
      {
        ...attack,
        id: 'bearer',
        title: 'Use the stolen token alone',
        why: 'A thief has the token from a log and sends it as a bearer token. It is bound, so it works with a proof alone.',
        section: rfc(9449, 'section 7.2', 'Compatibility with the Bearer Authentication Scheme'),
        expects: 'invalid_token',
        request: () => get(places.api, {}, [['authorization', `Bearer ${need(memory.accessToken, noToken)}`]]),
      },
      {
        ...attack,
        id: 'other-key',
        title: 'Prove another key',
        why: 'The thief makes a proof with a key of their own. Its hash is not the one in the token.',
        section: rfc(9449, 'section 4.3', 'Checking DPoP Proofs'),
        expects: 'invalid_token',
        async request() {
          const accessToken = need(memory.accessToken, noToken)
          const proof = await makeProof(world, thief, { method: 'GET', url: places.api, accessToken })
          return get(places.api, {}, [['authorization', `DPoP ${accessToken}`], proof])
        },
      },
      {
        ...attack,
        id: 'replay',
        title: 'Replay the proof',
        why: 'The thief has recorded a whole request of the app and sends it again. Each proof works once (jti).',
        section: rfc(9449, 'section 11.1', 'DPoP Proof Replay'),
        expects: 'invalid_dpop_proof',
        request: () => get(places.api, {}, need(kept.proof, 'Call the API first.')),
      },
      {
        kind: 'request',
        id: 'refresh',
        title: 'The app refreshes with its key',
        why: 'The refresh token of a public client is bound as well: the app proves the same key.',
        section: rfc(9449, 'section 5', 'DPoP Access Token Request'),
        from: 'app',
        to: 'server',
        request: () =>
          tokenRequest(signIn, { grant_type: 'refresh_token', refresh_token: need(memory.refreshToken, noToken) }),
        learn: (exchange) => keepTokens(signIn, exchange),
      },
    ]
  },
}
