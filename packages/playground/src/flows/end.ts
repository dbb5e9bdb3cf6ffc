import { credentials, registerApp } from '../world/apps.ts'
import { get, postForm } from '../world/exchange.ts'
import { endpoint, places } from '../world/places.ts'
import { registerApi } from './api-client.ts'
import { introspectStep, noToken } from './calls.ts'
import { type Flow, need, type RequestStep, rfc, type Section, type Step } from './flow.ts'
import { prepareSignIn, signInShortcut, tokenRequest } from './sign-in.ts'

export const revokeFlow: Flow = {
  id: 'revoke',
  title: 'Look into tokens, and revoke them',
  summary: 'An API asks about a token, and the app gives up what it no longer needs.',
  group: 'Life of a token',
  switches: ['format', 'algorithm', 'tokenTtl', 'pairwise'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, { id: 'notes-web', name: 'Notes', confidential: true })
    const other = await registerApp(world, { id: 'other-app', name: 'Another app', confidential: true })
    const api = await registerApi(world)
    const signIn = prepareSignIn(world, app)
    const { memory } = signIn
    const revoke = (who: typeof app) => {
      const { headers } = credentials(who)
      return postForm(endpoint('/oauth2/revoke'), { token: need(memory.refreshToken, noToken) }, headers)
    }
    const section = rfc(7009, 'section 2.1', 'Revocation Request')
    const token = () => memory.accessToken
    return [
      signInShortcut(signIn),
      introspectStep(api, token, {
        why: 'The API authenticates and asks. The server looks at signature, grant and revocations, so the answer is true at this moment.',
      }),
      introspectStep(other, token, {
        id: 'foreign-introspect',
        title: 'Ask about a token of somebody else',
        why: 'Another client has found the token. To whoever it is not for, the server says that it is not active, and nothing else.',
        from: 'app',
        section: rfc(7662, 'section 4', 'Security Considerations'),
        attack: true,
        expects: 'inactive',
      }),
      {
        kind: 'request',
        id: 'foreign-revoke',
        title: 'Revoke a token of somebody else',
        why: 'The other client tries to sign the user out. The answer is 200, as the standard wants it, and nothing has happened: see the events and the next step.',
        section,
        attack: true,
        expects: 'nothing',
        from: 'app',
        to: 'server',
        request: () => revoke(other),
      },
      introspectStep(api, token, {
        id: 'still-active',
        title: 'The token is still good',
        why: 'The attempt has changed nothing.',
      }),
      {
        kind: 'request',
        id: 'revoke',
        title: 'The app revokes its refresh token',
        why: 'The user has pressed "sign out" in the app. With the refresh token the server ends the whole grant.',
        section,
        from: 'app',
        to: 'server',
        request: () => revoke(app),
      },
      introspectStep(api, token, {
        id: 'inactive',
        title: 'The API asks again',
        why: 'The access token has ended with its grant, although it has not expired.',
        expects: 'inactive',
      }),
      {
        kind: 'request',
        id: 'refresh',
        title: 'Refresh all the same',
        why: 'A copy of the refresh token is worth nothing any more.',
        section: rfc(6749, 'section 6', 'Refreshing an Access Token'),
        attack: true,
        expects: 'invalid_grant',
        from: 'app',
        to: 'server',
        request: () =>
          tokenRequest(signIn, { grant_type: 'refresh_token', refresh_token: need(memory.refreshToken, noToken) }),
      },
    ]
  },
}

const logout: Section = {
  name: 'OpenID Connect RP-Initiated Logout, section 2',
  url: 'https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout',
}

export const logoutFlow: Flow = {
  id: 'logout',
  title: 'Sign out',
  summary: 'The app ends the session of its user at the server, and nobody else can.',
  group: 'Life of a token',
  switches: ['algorithm', 'pairwise'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, {
      id: 'notes-web',
      name: 'Notes',
      confidential: true,
      metadata: { post_logout_redirect_uris: [places.signedOut], enable_end_session: true },
    })
    const signIn = prepareSignIn(world, app, { scope: 'openid profile notes:read' })
    const { memory } = signIn
    const endSession = (redirect: string) =>
      world.inBrowser(
        get(endpoint('/oauth2/end-session'), {
          id_token_hint: need(memory.idToken, 'The app has no ID token: start again.'),
          post_logout_redirect_uri: redirect,
          state: memory.state,
        }),
      )
    const common = { kind: 'request', from: 'browser', to: 'server' } as const
    const silent: RequestStep = {
      ...common,
      id: 'silent',
      title: 'The app asks without showing a page',
      why: 'prompt=none asks whether the user is signed in. Here they are, and have consented, so a code comes back at once.',
      section: {
        name: 'OpenID Connect Core: Authentication Request',
        url: 'https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest',
      },
      request: () =>
        world.inBrowser(
          get(endpoint('/oauth2/authorize'), {
            response_type: 'code',
            client_id: app.id,
            redirect_uri: app.redirectUri,
            scope: 'openid',
            prompt: 'none',
            code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
            code_challenge_method: 'S256',
          }),
        ),
    }
    return [
      signInShortcut(signIn),
      silent,
      {
        ...common,
        id: 'foreign-redirect',
        title: 'Send the user elsewhere after it',
        why: 'A logout must not become a way to send users to any address. The server goes only where the app has registered; here it asks the user on a page and goes nowhere.',
        section: logout,
        attack: true,
        expects: 'a question',
        request: () => endSession(places.attacker),
      },
      {
        ...common,
        id: 'no-hint',
        title: 'Sign out somebody with a link',
        why: 'A link of another site says nothing about whose session it means. So the server asks the user first, on a page, and ends nothing.',
        section: logout,
        attack: true,
        expects: 'a question',
        request: () => world.inBrowser(get(endpoint('/oauth2/end-session'))),
      },
      {
        ...common,
        id: 'end-session',
        title: 'The app signs the user out',
        why: 'The ID token says which session it means, and that the app knows the user. The server ends it and sends the browser back to the app.',
        section: logout,
        request: () => endSession(places.signedOut),
      },
      {
        ...silent,
        id: 'signed-out',
        title: 'The app asks again',
        why: 'Nobody is signed in any more, and the server may show no page. The app learns just that.',
        expects: 'login_required',
      },
    ]
  },
}
