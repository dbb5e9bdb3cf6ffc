import { credentials, registerApp } from '../world/apps.ts'
import { get, parseJson, postForm, redirectOf } from '../world/exchange.ts'
import { endpoint } from '../world/places.ts'
import { userinfoStep } from './calls.ts'
import { type Flow, need, type RequestStep, rfc, type Step } from './flow.ts'
import { consentPage, keepTokens, prepareSignIn, signInPage, tokenRequest } from './sign-in.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:device_code'

export const deviceFlow: Flow = {
  id: 'device',
  title: 'A television or a command line',
  summary: 'A device without a browser shows a code, and its user approves on a phone.',
  group: 'Without a browser',
  needs: ['device'],
  switches: ['format', 'algorithm', 'tokenTtl', 'dpop'],
  async start(world): Promise<readonly Step[]> {
    const app = await registerApp(world, {
      id: 'notes-tv',
      name: 'Notes for television',
      grantTypes: [grantType, 'refresh_token'],
      metadata: { response_types: [] },
    })
    const signIn = prepareSignIn(world, app, { scope: 'openid profile offline_access' })
    const { memory } = signIn
    const kept: { deviceCode?: string; userCode?: string } = {}
    const noCode = 'The device has no code: send its first request.'
    const poll = () => tokenRequest(signIn, { grant_type: grantType, device_code: need(kept.deviceCode, noCode) })
    const common = { kind: 'request', from: 'app', to: 'server' } as const
    const section = rfc(8628, 'section 3.5', 'Device Access Token Response')
    const enter = (code: string) => world.inBrowser(postForm(endpoint('/oauth2/device'), { user_code: code }))
    const follow: RequestStep['learn'] = ({ answer }) => {
      const redirected = redirectOf(answer)
      if (redirected !== undefined) memory.next = redirected.url
    }
    return [
      {
        ...common,
        id: 'begin',
        title: 'The device asks for codes',
        why: 'The television cannot show a login page. It gets two codes: a long one for itself, and a short one for its screen.',
        section: rfc(8628, 'section 3.1', 'Device Authorization Request'),
        request() {
          const { headers, parameters } = credentials(app)
          return postForm(endpoint('/oauth2/device_authorization'), { scope: signIn.scope, ...parameters }, headers)
        },
        learn({ answer }) {
          const body = parseJson(answer.body)
          if (typeof body?.device_code === 'string') kept.deviceCode = body.device_code
          if (typeof body?.user_code === 'string') kept.userCode = body.user_code
        },
      },
      {
        ...common,
        id: 'pending',
        title: 'The device asks for its tokens',
        why: 'The user has not answered yet, and the server says so. The device waits and asks again.',
        section,
        expects: 'authorization_pending',
        request: poll,
      },
      {
        ...common,
        id: 'too-fast',
        title: 'Ask again at once',
        why: 'A device that does not keep to the interval would load the server. It is told to slow down, and the interval grows.',
        section,
        attack: true,
        expects: 'slow_down',
        request: poll,
      },
      {
        kind: 'request',
        id: 'wrong-code',
        title: 'Guess a code',
        why: 'An attacker tries codes, to approve a device of their own in the name of another user, or the other way round. The server counts wrong codes in the storage, for all its processes.',
        section: rfc(8628, 'section 5.1', 'User Code Brute Forcing'),
        attack: true,
        expects: 'invalid_request',
        from: 'browser',
        to: 'server',
        request: () => enter('WDJB-MJHT'),
      },
      {
        kind: 'request',
        id: 'enter',
        title: 'The user enters the code',
        why: 'On a phone or a laptop, the user opens the address that the television shows and types its code.',
        section: rfc(8628, 'section 3.3', 'User Interaction'),
        from: 'browser',
        to: 'server',
        page: async () => ({
          title: 'Connect a device',
          lines: ['Enter the code that your device shows:', kept.userCode ?? ''],
          choices: [{ label: 'Continue', value: '' }],
        }),
        request: () => enter(need(kept.userCode, noCode)),
        learn: follow,
      },
      signInPage(signIn),
      {
        kind: 'request',
        id: 'continue',
        title: 'The browser returns to the server',
        why: 'The host has signed the user in. For a device the server always asks for consent, also for a trusted app.',
        section: rfc(8628, 'section 5.4', 'Remote Phishing'),
        from: 'browser',
        to: 'server',
        request: () => world.inBrowser(get(need(memory.next, 'Enter the code and sign in first.'))),
        learn: follow,
      },
      consentPage(signIn),
      {
        kind: 'wait',
        id: 'wait',
        title: 'Time passes',
        why: 'The device waits for its interval, which has grown by five seconds.',
        seconds: 11,
      },
      {
        ...common,
        id: 'token',
        title: 'The device gets its tokens',
        why: 'The user has approved. The next request of the device gets the tokens, once.',
        section,
        request: poll,
        learn: (exchange) => keepTokens(signIn, exchange),
      },
      userinfoStep(signIn),
      {
        ...common,
        id: 'replay',
        title: 'Use the device code again',
        why: 'The code has done its work. A copy of it is worth nothing.',
        section,
        attack: true,
        expects: 'invalid_grant',
        request: poll,
      },
    ]
  },
}
