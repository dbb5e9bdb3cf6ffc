import { type App, createKeys, presentToken } from '../world/apps.ts'
import { get, headerOf, parseJson, postJson } from '../world/exchange.ts'
import { endpoint, places } from '../world/places.ts'
import { noToken } from './calls.ts'
import { type Flow, need, type RequestStep, rfc, type Step } from './flow.ts'
import { prepareSignIn, type SignIn, signInSteps, tokenStep } from './sign-in.ts'

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_notes' } }

export const agentFlow: Flow = {
  id: 'agent',
  title: 'An agent finds an MCP server',
  summary: 'From a bare URL to a signed-in agent: discovery, registration and sign-in without any set-up by hand.',
  group: 'Sign in',
  needs: ['mcp'],
  fixed: { format: 'jwt' },
  switches: ['algorithm', 'dpop'],
  async start(world): Promise<readonly Step[]> {
    const keys = await createKeys()
    // The agent has no id before it has registered.
    const app: { -readonly [Name in keyof App]: App[Name] } = {
      id: '',
      name: 'Example Agent',
      redirectUri: places.agentCallback,
      proofKeys: keys,
      signingKeys: keys,
    }
    const signIn: SignIn = prepareSignIn(world, app, { scope: 'notes:read', resource: places.mcp })
    const { memory } = signIn
    const kept: { metadataUrl?: string; server?: string } = {}
    const common = { kind: 'request', from: 'app', to: 'server' } as const
    const register = (redirectUri: string) =>
      postJson(endpoint('/oauth2/register'), {
        client_name: app.name,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      })
    const present = async (url: string): Promise<readonly (readonly [string, string])[]> => {
      return presentToken(world, app, { method: 'POST', url, accessToken: need(memory.accessToken, noToken) })
    }
    const callStep: RequestStep = {
      kind: 'request',
      id: 'call',
      title: 'The agent calls its tool',
      why: 'The token is for this MCP server alone (resource, aud). The server of the tool knows the user and what was allowed.',
      section: rfc(8707, 'section 2.2', 'Access Token Request'),
      from: 'app',
      to: 'api',
      request: async () => postJson(places.mcp, call, await present(places.mcp)),
    }
    return [
      {
        ...callStep,
        id: 'without-token',
        title: 'The agent calls the MCP server',
        why: 'The agent knows nothing but the URL that its user has pasted. The answer is 401, with the address of a document about this server.',
        section: rfc(9728, 'section 5', 'Use of WWW-Authenticate for Protected Resource Metadata'),
        expects: 'unauthorized',
        request: () => postJson(places.mcp, call),
        learn({ answer }) {
          const url = /resource_metadata="([^"]+)"/.exec(headerOf(answer, 'www-authenticate') ?? '')?.[1]
          if (url !== undefined) kept.metadataUrl = url
        },
      },
      {
        kind: 'request',
        id: 'resource-metadata',
        title: 'It reads about the MCP server',
        why: 'The document names the authorization server and the scopes of the tools.',
        section: rfc(9728, 'section 3', 'Obtaining Protected Resource Metadata'),
        from: 'app',
        to: 'api',
        request: () => get(need(kept.metadataUrl, 'Call the MCP server first.')),
        learn({ answer }) {
          const servers = parseJson(answer.body)?.authorization_servers
          if (Array.isArray(servers)) kept.server = String(servers[0])
        },
      },
      {
        ...common,
        id: 'server-metadata',
        title: 'It reads about the authorization server',
        why: 'The well-known path goes between host and path of the issuer. The document has every endpoint and what the server supports.',
        section: rfc(8414, 'section 3', 'Obtaining Authorization Server Metadata'),
        request() {
          const { origin, pathname } = new URL(need(kept.server, 'Read about the MCP server first.'))
          return get(`${origin}/.well-known/oauth-authorization-server${pathname}`)
        },
      },
      {
        ...common,
        id: 'bad-registration',
        title: 'Register a foreign address over http',
        why: 'Codes must not travel unprotected. A registration with an http address that is not on the own machine is refused.',
        section: rfc(7591, 'section 5', 'Security Considerations'),
        attack: true,
        expects: 'invalid_redirect_uri',
        request: () => register('http://attacker.example/callback'),
      },
      {
        ...common,
        id: 'register',
        title: 'The agent registers itself',
        why: 'It becomes a public client, without a human in between. Nobody has verified its name, and the consent page will say so. Agents with a client document do not even need this.',
        section: rfc(7591, 'section 3.1', 'Client Registration Request'),
        request: () => register(places.agentCallback),
        learn({ answer }) {
          const id = parseJson(answer.body)?.client_id
          if (typeof id === 'string') app.id = id
        },
      },
      ...signInSteps(signIn).map((step) => (step.id === 'authorize' ? withId(step, app) : step)),
      tokenStep(signIn),
      callStep,
      {
        kind: 'request',
        id: 'other-api',
        title: 'Use the token at another API',
        why: 'A malicious MCP server tries the token that it was given somewhere else. The other API is not in aud and refuses it.',
        section: rfc(9700, 'section 4.9', 'Access Token Leakage at the Resource Server'),
        attack: true,
        expects: 'invalid_token',
        from: 'api',
        to: 'api',
        request: () => get(places.api, {}, [['authorization', `Bearer ${need(memory.accessToken, noToken)}`]]),
      },
    ]
  },
}

/** The agent can ask for nothing before it has registered. */
function withId(step: RequestStep, app: App): RequestStep {
  return {
    ...step,
    request(choice) {
      need(app.id === '' ? undefined : app.id, 'The agent is no client yet: let it register first.')
      return step.request(choice)
    },
  }
}
