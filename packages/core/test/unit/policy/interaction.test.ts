import { describe, expect, test } from 'vitest'
import { type InteractionFacts, judgeInteraction } from '../../../src/policy/interaction.ts'
import type { AuthorizationRequest } from '../../../src/protocol/authorization-request.ts'

const now = 1_800_000_000

function facts({
  prompt = [],
  maxAge,
  ...others
}: Partial<InteractionFacts> & Partial<Pick<AuthorizationRequest, 'prompt' | 'maxAge'>>): InteractionFacts {
  const request: AuthorizationRequest = {
    clientId: 'client',
    redirectUri: 'https://a.example/cb',
    redirectUriSent: true,
    scope: ['openid'],
    prompt,
    resources: [],
    ...(maxAge !== undefined && { maxAge }),
  }
  return {
    request,
    session: undefined,
    now,
    completed: [],
    requestedAt: now,
    priorSession: undefined,
    accountChoiceNeeded: false,
    postLoginNeeded: false,
    consentMissing: false,
    wrongUser: false,
    ...others,
  }
}

const old = { id: 's-1', authTime: now - 1000 }
const fresh = { id: 's-2', authTime: now }
/** The session after the user has authenticated again. */
const renewed = { id: 's-1', authTime: now }

const proceed = { kind: 'proceed' }
const step = (name: string): object => ({ kind: 'interact', step: name })
const refuse = (code: string): object => ({ kind: 'refuse', code })

describe('what an authorization request still needs (OpenID Connect Core section 3.1.2)', () => {
  test.each([
    ['nobody is signed in', {}, step('login')],
    ['nobody is signed in, prompt=none', { prompt: ['none'] }, refuse('login_required')],
    ['nobody is signed in, prompt=create', { prompt: ['create'] }, step('create')],
    [
      'nobody is signed in, prompt=create and the sign-up page was seen',
      { prompt: ['create'], completed: ['create'] },
      step('login'),
    ],
    ['nobody is signed in, prompt=consent', { prompt: ['consent'] }, step('login')],
    ['signed in, consent given', { session: old }, proceed],
    ['signed in, consent given, prompt=none', { session: old, prompt: ['none'] }, proceed],
    ['signed in, consent missing', { session: old, consentMissing: true }, step('consent')],
    [
      'consent missing, prompt=none',
      { session: old, consentMissing: true, prompt: ['none'] },
      refuse('consent_required'),
    ],
    ['prompt=consent asks again', { session: old, prompt: ['consent'] }, step('consent')],
    ['prompt=consent, asked', { session: old, prompt: ['consent'], completed: ['consent'] }, proceed],
    [
      'asked, but the consent is missing',
      { session: old, consentMissing: true, completed: ['consent'] },
      step('consent'),
    ],
    ['prompt=select_account', { session: old, prompt: ['select_account'] }, step('select_account')],
    ['the account is selected', { session: old, prompt: ['select_account'], completed: ['select_account'] }, proceed],
    [
      'login before the account',
      { session: old, priorSession: old, prompt: ['login', 'select_account'] },
      step('login'),
    ],
    ['the account before consent', { session: old, prompt: ['consent', 'select_account'] }, step('select_account')],
    ['prompt=login, the session was there', { session: old, priorSession: old, prompt: ['login'] }, step('login')],
    [
      'prompt=login, the page was seen but nobody signed in',
      { session: old, priorSession: old, prompt: ['login'], completed: ['login'] },
      step('login'),
    ],
    ['prompt=login, another old session', { session: old, prompt: ['login'] }, step('login')],
    ['prompt=login, a new session', { session: fresh, priorSession: old, prompt: ['login'] }, proceed],
    ['prompt=login, the same session renewed', { session: renewed, priorSession: old, prompt: ['login'] }, proceed],
    [
      'prompt=login, a session of this second that was there',
      { session: fresh, priorSession: fresh, prompt: ['login'] },
      step('login'),
    ],
    [
      'prompt=login, a new session, consent missing',
      { session: fresh, priorSession: old, prompt: ['login'], consentMissing: true },
      step('consent'),
    ],
    ['prompt=create, signed in before', { session: old, priorSession: old, prompt: ['create'] }, step('create')],
    [
      'prompt=create, signed up',
      { session: fresh, priorSession: old, prompt: ['create'], completed: ['create'] },
      proceed,
    ],
    [
      'prompt=create, the page was seen but nobody signed up',
      { session: old, priorSession: old, prompt: ['create'], completed: ['create'] },
      step('login'),
    ],
    ['max_age, young enough', { session: old, priorSession: old, maxAge: 1000 }, proceed],
    ['max_age, one second too old', { session: old, priorSession: old, maxAge: 999 }, step('login')],
    [
      'max_age, too old, prompt=none',
      { session: old, priorSession: old, maxAge: 999, prompt: ['none'] },
      refuse('login_required'),
    ],
    ['max_age, signed in again', { session: fresh, priorSession: old, maxAge: 999, now: now + 5 }, proceed],
    [
      'max_age, renewed, and slow over consent',
      { session: renewed, priorSession: old, maxAge: 10, now: now + 500 },
      proceed,
    ],
    ['max_age=0, an old session', { session: old, priorSession: old, maxAge: 0 }, step('login')],
    ['max_age=0, a session of this very second', { session: fresh, priorSession: fresh, maxAge: 0 }, step('login')],
    [
      'max_age=0 and prompt=none',
      { session: fresh, priorSession: fresh, maxAge: 0, prompt: ['none'] },
      refuse('login_required'),
    ],
    ['max_age=0, signed in again', { session: fresh, priorSession: old, maxAge: 0, now: now + 5 }, proceed],
    ['somebody else than the hint means', { session: old, priorSession: old, wrongUser: true }, step('login')],
    [
      'somebody else than the hint means, prompt=none',
      { session: old, priorSession: old, wrongUser: true, prompt: ['none'] },
      refuse('login_required'),
    ],
    [
      'somebody else than the hint means has signed in for this request',
      { session: fresh, priorSession: old, wrongUser: true, now: now + 5 },
      refuse('login_required'),
    ],
  ] as const)('an authorization request gets the verdict that is due: %s', (_, given, verdict) => {
    expect(judgeInteraction(facts(given as never))).toMatchObject(verdict)
  })
})
