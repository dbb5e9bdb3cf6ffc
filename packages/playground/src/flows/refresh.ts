import { registerApp } from '../world/apps.ts'
import { type Flow, need, type RequestStep, rfc, type Step } from './flow.ts'
import { keepTokens, prepareSignIn, signInShortcut, tokenRequest } from './sign-in.ts'

export const refreshFlow: Flow = {
  id: 'refresh',
  title: 'Refresh, and steal a refresh token',
  summary: 'Tokens are renewed without the user; a stolen refresh token ends what it was stolen from.',
  group: 'Life of a token',
  switches: ['format', 'algorithm', 'tokenTtl', 'reuseWindow', 'dpop'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, { id: 'notes-app', name: 'Notes' })
    const signIn = prepareSignIn(world, app)
    const { memory } = signIn
    const old: { first?: string; second?: string } = {}
    const noToken = 'The app has no refresh token: an earlier request was refused. Start again.'
    const refresh = (token: string | undefined, scope?: string) =>
      tokenRequest(signIn, { grant_type: 'refresh_token', refresh_token: need(token, noToken), scope })
    const common = { kind: 'request', from: 'app', to: 'server' } as const
    const section = rfc(6749, 'section 6', 'Refreshing an Access Token')
    const { reuseWindow } = world.switches
    const retry: RequestStep = {
      ...common,
      id: 'retry',
      title: 'The app repeats the request',
      why: `The response was lost, or a second tab refreshed at the same time. Within ${reuseWindow} seconds the old token gets the same successor again, so nobody is signed out.`,
      section: rfc(9700, 'section 4.14.2', 'Recommendations'),
      request: () => refresh(old.first),
    }
    return [
      signInShortcut(signIn),
      {
        ...common,
        id: 'refresh',
        title: 'The app refreshes',
        why: 'The access token has expired. The refresh token gets a new one and is itself replaced: each refresh token of a public client works once.',
        section,
        request() {
          old.first ??= memory.refreshToken as string
          return refresh(old.first)
        },
        learn(exchange) {
          keepTokens(signIn, exchange)
          old.second = memory.refreshToken as string
        },
      },
      ...(reuseWindow > 0 ? [retry] : []),
      {
        ...common,
        id: 'more-scope',
        title: 'Ask for more than the user allowed',
        why: 'A refresh may ask for fewer scopes than the user granted, never for others.',
        section,
        attack: true,
        expects: 'invalid_scope',
        request: () => refresh(old.second, 'notes:read notes:write'),
      },
      {
        kind: 'wait',
        id: 'wait',
        title: 'Time passes',
        why: 'The window for repeated requests closes. Whoever presents the old token now did not just lose a response.',
        seconds: Math.max(reuseWindow, 0) + 1,
      },
      {
        ...common,
        id: 'replay',
        title: 'Use a stolen refresh token',
        why: 'A thief presents the token that the app has exchanged before. The server cannot tell which of the two is the thief, so it ends the grant with all its tokens.',
        section: rfc(9700, 'section 4.14', 'Refresh Token Protection'),
        attack: true,
        expects: 'invalid_grant',
        request: () => refresh(old.first),
      },
      {
        ...common,
        id: 'ended',
        title: 'The app has to ask the user again',
        why: 'The newest token has ended as well. The app sends the user to sign in, and the thief has nothing.',
        section: rfc(9700, 'section 4.14.2', 'Recommendations'),
        expects: 'invalid_grant',
        request: () => refresh(old.second),
      },
    ]
  },
}
