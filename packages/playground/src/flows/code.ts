import { registerApp } from '../world/apps.ts'
import { places } from '../world/places.ts'
import type { World } from '../world/world.ts'
import { registerApi } from './api-client.ts'
import { apiStep, introspectStep, keysStep, userinfoStep } from './calls.ts'
import { type Flow, type RequestStep, rfc, type Step } from './flow.ts'
import { afterFirst, codeRequest, firstRequest, prepareSignIn, type SignIn, signInSteps, tokenStep } from './sign-in.ts'

/** The switches that change something in every flow with a sign-in. */
export const signInSwitches = [
  'format',
  'algorithm',
  'codeTtl',
  'tokenTtl',
  'par',
  'jar',
  'jarm',
  'dpop',
  'pairwise',
  'consent',
  'scopeClaims',
] as const

export const webFlow: Flow = {
  id: 'web',
  title: 'Sign in with a web app',
  summary: 'A web application with a server of its own signs a user in and calls an API for them.',
  group: 'Sign in',
  switches: signInSwitches,
  start: (world) => codeFlow(world, true),
}

export const publicFlow: Flow = {
  id: 'public',
  title: 'Sign in with a browser or mobile app',
  summary: 'An app that cannot keep a secret does the same, and PKCE alone protects its code.',
  group: 'Sign in',
  switches: signInSwitches,
  start: (world) => codeFlow(world, false),
}

async function codeFlow(world: World, confidential: boolean): Promise<readonly Step[]> {
  const app = await registerApp(world, { id: confidential ? 'notes-web' : 'notes-app', name: 'Notes', confidential })
  const signIn = prepareSignIn(world, app)
  return [
    ...afterFirst(signInSteps(signIn), [redirectAttack(signIn)]),
    wrongVerifier(signIn),
    ...(confidential ? [wrongSecret(signIn)] : []),
    tokenStep(signIn),
    keysStep(),
    userinfoStep(signIn),
    await resourceStep(signIn),
    replay(signIn),
    userinfoStep(signIn, {
      id: 'dead',
      title: 'The token has ended, too',
      why: 'A code that comes twice was stolen, and nobody knows which of the two callers is the thief. So the server has ended the whole grant: the tokens of the first exchange work no more.',
      section: rfc(6749, 'section 4.1.2', 'Authorization Response'),
      expects: 'invalid_token',
    }),
  ]
}

async function resourceStep({ world, app, memory }: SignIn): Promise<RequestStep> {
  if (world.switches.format === 'jwt') return apiStep(world, app, memory)
  return introspectStep(await registerApi(world), () => memory.accessToken)
}

function redirectAttack(signIn: SignIn): RequestStep {
  const { par } = signIn.world.switches
  return {
    kind: 'request',
    id: 'redirect-attack',
    title: 'Change the redirect URI',
    why: par
      ? 'An attacker who could choose where the code goes would have the account. The server compares the redirect URI with the registered ones, character by character, before it keeps anything.'
      : 'An attacker sends the user a link with an address of their own, to get the code. The server compares the redirect URI with the registered ones, character by character, and shows a page instead of redirecting.',
    section: rfc(9700, 'section 4.1.3', 'Countermeasures'),
    attack: true,
    expects: 'invalid_request',
    from: par ? 'app' : 'browser',
    to: 'server',
    request: () => firstRequest(signIn, { redirect_uri: places.attacker }),
  }
}

export function wrongVerifier(signIn: SignIn): RequestStep {
  return {
    kind: 'request',
    id: 'wrong-verifier',
    title: 'Send the wrong verifier',
    why: 'An attacker has seen the code, in a log or in the history of the browser, but not the verifier. The code stays good: a failed attempt must not take it from the app.',
    section: rfc(7636, 'section 4.6', 'Server Verifies code_verifier'),
    attack: true,
    expects: 'invalid_grant',
    from: 'app',
    to: 'server',
    request: () => codeRequest(signIn, { code_verifier: 'a-verifier-that-an-attacker-has-made-up-0123456789' }),
  }
}

function wrongSecret(signIn: SignIn): RequestStep {
  return {
    kind: 'request',
    id: 'wrong-secret',
    title: 'Send the wrong secret',
    why: 'Even with code and verifier, nobody gets the tokens of a confidential client without its secret. The server authenticates the client before it looks at the code.',
    section: rfc(6749, 'section 3.2.1', 'Client Authentication'),
    attack: true,
    expects: 'invalid_client',
    from: 'app',
    to: 'server',
    async request() {
      const right = await codeRequest(signIn)
      const wrong = `Basic ${btoa(`${signIn.app.id}:a-secret-that-an-attacker-has-guessed`)}`
      const headers = right.headers.map(([name, value]) => [name, name === 'authorization' ? wrong : value] as const)
      return { ...right, headers }
    },
  }
}

function replay(signIn: SignIn): RequestStep {
  return {
    kind: 'request',
    id: 'replay',
    title: 'Replay the code',
    why: 'The same code comes a second time. The response says no more than invalid_grant; the event has the true reason, for your alarms.',
    section: rfc(9700, 'section 4.5', 'Authorization Code Injection'),
    attack: true,
    expects: 'invalid_grant',
    from: 'app',
    to: 'server',
    request: () => codeRequest(signIn),
  }
}
