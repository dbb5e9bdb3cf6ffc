import { registerApp } from '../world/apps.ts'
import { get, parseJson } from '../world/exchange.ts'
import { places } from '../world/places.ts'
import { registerApi } from './api-client.ts'
import { apiStep, noToken } from './calls.ts'
import { type Flow, need, rfc, type Step } from './flow.ts'
import { prepareSignIn, signInShortcut, tokenRequest } from './sign-in.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'

export const exchangeFlow: Flow = {
  id: 'exchange',
  title: 'An API calls another API',
  summary: 'The API exchanges the token of its caller for a narrower one that names who acts for whom.',
  group: 'Life of a token',
  needs: ['exchange'],
  fixed: { format: 'jwt' },
  switches: ['algorithm', 'tokenTtl', 'pairwise'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, {
      id: 'notes-web',
      name: 'Notes',
      confidential: true,
      scope: 'openid profile email offline_access notes:read stock:read',
    })
    const api = await registerApi(world, [grantType])
    const other = await registerApp(world, {
      id: 'other-api',
      name: 'Another API',
      confidential: true,
      grantTypes: [grantType],
      scope: 'stock:read',
      metadata: { response_types: [] },
    })
    const signIn = prepareSignIn(world, app, { scope: 'openid notes:read stock:read' })
    const { memory } = signIn
    const kept: { exchanged?: string } = {}
    const exchange = (who: typeof api, resource: string, scope = 'stock:read') =>
      tokenRequest(
        { world, app: who },
        {
          grant_type: grantType,
          subject_token: need(memory.accessToken, noToken),
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          resource,
          scope,
        },
      )
    const common = { kind: 'request', from: 'api', to: 'server' } as const
    const section = rfc(8693, 'section 2.1', 'Request')
    return [
      signInShortcut(signIn),
      apiStep(world, app, memory),
      {
        kind: 'request',
        id: 'pass-on',
        title: 'Pass the token on',
        why: 'The notes API needs the stock API and simply sends on what it got. But that token is for the notes API alone (aud), and the stock API refuses it.',
        section: rfc(9700, 'section 2.3', 'Access Token Privilege Restriction'),
        attack: true,
        expects: 'invalid_token',
        from: 'api',
        to: 'api',
        request: () => get(places.stock, {}, [['authorization', `Bearer ${need(memory.accessToken, noToken)}`]]),
      },
      {
        ...common,
        id: 'exchange',
        title: 'The API exchanges the token',
        why: 'The notes API authenticates, shows the token of its caller, and names the API that it wants to call. Your function authorize decides.',
        section,
        request: () => exchange(api, places.stock),
        learn({ answer }) {
          const token = parseJson(answer.body)?.access_token
          if (typeof token === 'string') kept.exchanged = token
        },
      },
      {
        kind: 'request',
        id: 'stock',
        title: 'The API calls the other API',
        why: 'The new token is for the stock API, still about the user (sub), and says who acts for them (act).',
        section: rfc(8693, 'section 4.1', '"act" (Actor) Claim'),
        from: 'api',
        to: 'api',
        request: () => get(places.stock, {}, [['authorization', `Bearer ${need(kept.exchanged, noToken)}`]]),
      },
      {
        ...common,
        id: 'stranger',
        title: 'Exchange as another API',
        why: 'Another client has got hold of the token and asks as well. authorize knows only the notes API, so it answers nothing, and there is no default.',
        section: rfc(8693, 'section 2.2.2', 'Error Response'),
        attack: true,
        expects: 'invalid_request',
        request: () => exchange(other, places.stock),
      },
      {
        ...common,
        id: 'too-much',
        title: 'Exchange for more than there was',
        why: 'An exchange never widens: a scope that the token of the user does not have cannot come out of it.',
        section,
        attack: true,
        expects: 'invalid_scope',
        request: () => exchange(api, places.stock, 'notes:write'),
      },
    ]
  },
}
