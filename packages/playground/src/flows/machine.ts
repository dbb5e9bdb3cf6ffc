import { credentials, registerApp } from '../world/apps.ts'
import { postForm } from '../world/exchange.ts'
import { endpoint } from '../world/places.ts'
import { registerApi } from './api-client.ts'
import { apiStep, introspectStep } from './calls.ts'
import { type Flow, rfc, type Step } from './flow.ts'
import { keepTokens, prepareSignIn, tokenRequest } from './sign-in.ts'

export const machineFlow: Flow = {
  id: 'machine',
  title: 'A program without a user',
  summary: 'A job or a service gets a token for itself with the client credentials grant.',
  group: 'Without a browser',
  switches: ['format', 'algorithm', 'dpop'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, {
      id: 'nightly-report',
      name: 'Nightly report',
      confidential: true,
      grantTypes: ['client_credentials'],
      scope: 'notes:read',
      metadata: { response_types: [] },
    })
    const api = await registerApi(world)
    const signIn = prepareSignIn(world, app, { scope: 'notes:read' })
    const { memory } = signIn
    const common = { kind: 'request', from: 'app', to: 'server' } as const
    const section = rfc(6749, 'section 4.4', 'Client Credentials Grant')
    const ask = (scope: string) => tokenRequest(signIn, { grant_type: 'client_credentials', scope })
    return [
      {
        ...common,
        id: 'wrong-secret',
        title: 'Guess the secret',
        why: 'The server keeps only a hash of the secret and compares in constant time. With the option rateLimit it also counts wrong guesses.',
        section: rfc(6749, 'section 2.3.1', 'Client Password'),
        attack: true,
        expects: 'invalid_client',
        async request() {
          const right = await ask('notes:read')
          const guess = `Basic ${btoa('nightly-report:correct-horse-battery-staple-correct')}`
          return {
            ...right,
            headers: right.headers.map(([name, value]) => [name, name === 'authorization' ? guess : value]),
          }
        },
      },
      {
        ...common,
        id: 'token',
        title: 'The program asks for a token',
        why: 'Nobody signs in: the client is the subject. It authenticates and names the scopes that it needs.',
        section,
        request: () => ask('notes:read'),
        learn: (exchange) => keepTokens(signIn, exchange),
      },
      ...(world.switches.format === 'jwt' ? [apiStep(world, app, memory)] : []),
      introspectStep(api, () => memory.accessToken, {
        why: 'An API may also ask the server about a token, and learns at once when it was revoked. It has to be one of the APIs that the token is for.',
      }),
      {
        ...common,
        id: 'scope',
        title: 'Ask for a scope of somebody else',
        why: 'A client gets only scopes that it was registered for.',
        section: rfc(6749, 'section 3.3', 'Access Token Scope'),
        attack: true,
        expects: 'invalid_scope',
        request: () => ask('notes:write'),
      },
      {
        ...common,
        id: 'secret-in-url',
        title: 'Put the secret into the URL',
        why: 'URLs end up in logs. The server refuses credentials in a query, even right ones, so that no client gets used to it.',
        section: rfc(6749, 'section 2.3.1', 'Client Password'),
        attack: true,
        expects: 'invalid_request',
        request: () =>
          postForm(`${endpoint('/oauth2/token')}?client_id=${app.id}&client_secret=${app.secret}`, {
            grant_type: 'client_credentials',
          }),
      },
      {
        ...common,
        id: 'public',
        title: 'Leave the secret out',
        why: 'The id of a client is no secret. Without a proof, a confidential client gets nothing.',
        section: rfc(6749, 'section 3.2.1', 'Client Authentication'),
        attack: true,
        expects: 'invalid_client',
        request: () => postForm(endpoint('/oauth2/token'), { grant_type: 'client_credentials', client_id: app.id }),
      },
      introspectStep(app, () => memory.accessToken, {
        id: 'own',
        title: 'The program asks about its own token',
        from: 'app',
        why: 'The client that a token was issued to may introspect it, too.',
        request() {
          const { headers } = credentials(app)
          return postForm(endpoint('/oauth2/introspect'), { token: memory.accessToken }, headers)
        },
      }),
    ]
  },
}
