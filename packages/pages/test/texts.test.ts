import { expect, onTestFinished, test, vi } from 'vitest'
import { createUserAgent } from '../../../examples/server/test/user-agent.ts'
import { contrast } from '../../core/src/pages/colours.ts'
import { html } from '../src/http/html.ts'
import { cookieSessions, createPages, memorySessionStore, pageUrls, type SessionStore } from '../src/index.ts'
import { englishPageTexts } from '../src/texts/english.ts'
import { fill } from '../src/texts/fill.ts'
import { germanPageTexts } from '../src/texts/german.ts'
import { wordsIn } from '../src/texts/languages.ts'
import { timesIn } from '../src/texts/times.ts'
import { ada, password, startWorld } from './support.ts'

const braces = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

test('each language has each text, with the same values to fill in', () => {
  expect(Object.keys(germanPageTexts).sort()).toEqual(Object.keys(englishPageTexts).sort())
  for (const [name, english] of Object.entries(englishPageTexts)) {
    const german = germanPageTexts[name as keyof typeof germanPageTexts]
    expect(german.trim(), name).not.toBe('')
    expect(braces(german), name).toEqual(braces(english))
  }
})

test('a text and the values in it are escaped, and each value stands apart', () => {
  expect(fill('<b> {name} & {other}', { name: '<i>', other: html`<em>${'"'}</em>` }).text).toBe(
    '&lt;b&gt; <bdi>&lt;i&gt;</bdi> &amp; <em>&quot;</em>',
  )
  expect(html`${[undefined, 'a', ['<', html`<br>`]]}`.text).toBe('a&lt;<br>')
  // What a function of the host passes on from a request in place of a text is no HTML, either.
  expect(() => html`${JSON.parse('{"text":"<script>"}') as string}`).toThrow()
})

test('words of the host are those of the language, of the shorter tag, or English', () => {
  const words = { en: 'Read', de: 'Lesen', 'pt-BR': 'Ler' }
  expect(['de-AT', 'pt-BR', 'fr'].map((tag) => wordsIn(words, { tag }))).toEqual(['Lesen', 'Ler', 'Read'])
  expect(wordsIn('Read', { tag: 'de' })).toBe('Read')
})

test('times are in the words of the language, and a tag that is not known does not break a page', () => {
  expect(timesIn('de').day(0)).toBe('1. Januar 1970')
  expect(timesIn('en').day(0)).toBe('1 January 1970')
  expect(timesIn('not a tag').day(0)).toBe('1 January 1970')
})

test('a host adds a language with a part of the texts, and its pages run from right to left', async () => {
  const world = await startWorld({
    branding: { languages: { ar: { signOut: 'تسجيل الخروج' } } },
    pages: { languages: { ar: { loginTitle: 'تسجيل الدخول' }, de: { loginTitle: 'Einloggen' } } },
  })
  const open = async (language: string) =>
    (await fetch(`${world.baseUrl}/login`, { headers: { 'accept-language': language } })).text()
  const arabic = await open('ar')
  expect(arabic).toContain('<html lang="ar" dir="rtl">')
  expect(arabic).toContain('<h1>تسجيل الدخول</h1>')
  expect(arabic).toContain('Password')
  expect(await open('de')).toContain('<h1>Einloggen</h1>')
  const agent = createUserAgent()
  await agent.submit(await agent.open(`${world.baseUrl}/login`), 'Sign in', { email: ada.email, password })
  await world.stop()
})

test('the colour of errors has a contrast of 4.5 or more on both cards', () => {
  expect(contrast('#b42318', '#fff')).toBeGreaterThan(4.5)
  expect(contrast('#b42318', '#f4f5f7')).toBeGreaterThan(4.5)
  expect(contrast('#ffa198', '#1e232a')).toBeGreaterThan(4.5)
})

test('options that are wrong are named', async () => {
  const world = await startWorld()
  const provider = world.provider
  const sessions = cookieSessions({ baseUrl: world.baseUrl, getUser: () => ada })
  const users = { authenticate: () => undefined }
  const make = (more: object) => () => createPages({ provider, sessions, users, ...more })
  expect(make({ loginUrl: '/' })).toThrow('there is no option loginUrl')
  expect(make({ users: {} })).toThrow('users must have the function authenticate')
  expect(make({ users: { ...users, signup: () => undefined } })).toThrow('users.signup: write signUp')
  expect(make({ users: { ...users, findByEmail: () => undefined } })).not.toThrow()
  expect(make({ sessions: { ...sessions, choose: () => '' } })).toThrow('both accounts and choose')
  expect(make({ basePath: 'x/' })).toThrow('basePath')
  expect(make({ nextPaths: ['//evil.example'] })).toThrow('nextPaths')
  expect(make({ homeUrl: 'javascript:alert(1)' })).toThrow('homeUrl must be a path')
  expect(make({ homeUrl: '//evil.example' })).toThrow('homeUrl must be a path')
  expect(make({ clientLogos: 'some' })).toThrow('clientLogos must be')
  expect(() => cookieSessions({ baseUrl: 'x', getUser: () => ada })).toThrow('baseUrl')
  expect(() => cookieSessions({ baseUrl: world.baseUrl } as never)).toThrow(
    'cookieSessions: getUser must be a function',
  )
  const misspelt = { baseUrl: world.baseUrl, getUser: () => ada, sessionStore: memorySessionStore() }
  expect(() => cookieSessions(misspelt)).toThrow('cookieSessions: there is no option sessionStore')
  expect(() => cookieSessions({ baseUrl: world.baseUrl, getUser: () => ada, lifetimeSeconds: 0.5 })).toThrow('lifetime')
  await world.stop()
})

test('the pages may be below a path', async () => {
  expect(pageUrls('/account').loginUrl).toBe('/account/login')
  const world = await startWorld({ pages: { basePath: '/account' } })
  const agent = createUserAgent()
  const login = await agent.open(await world.authorization())
  expect(login.url.pathname).toBe('/account/login')
  const consent = await agent.submit(login, 'Sign in', { email: ada.email, password })
  expect(consent.url.pathname).toBe('/account/consent')
  await world.stop()
})

test('the cookies of an https host are Secure, and no other host of the domain can set them', async () => {
  const sessions = cookieSessions({ baseUrl: 'https://id.example.com', getUser: () => ada })
  const request = new Request('https://id.example.com/login')
  expect(await sessions.start(ada, request)).toMatch(
    /^__Host-session=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
  expect(await sessions.end(request)).toMatch(/^__Host-session=; Max-Age=0; /)
})

test('a form with the password that is sent twice signs in twice, also where the store takes each id once', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const kept = memorySessionStore()
  const idOf = new Map<string, string>()
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const store: SessionStore = {
    ...kept,
    async find(cookieHash) {
      await turn()
      return kept.find(cookieHash)
    },
    async insert(session) {
      await turn()
      if ([...idOf.values()].includes(session.id)) throw new Error('UNIQUE constraint failed: app_sessions.id')
      idOf.set(session.cookieHash, session.id)
      await kept.insert(session)
    },
    async deleteByCookie(cookieHash) {
      await turn()
      idOf.delete(cookieHash)
      await kept.deleteByCookie(cookieHash)
    },
  }
  const sessions = cookieSessions({ baseUrl: 'http://localhost:1', getUser: () => ada, store })
  const withCookie = (line: string) =>
    new Request('http://localhost:1/', { headers: { cookie: line.split(';')[0] as string } })
  const browser = withCookie(await sessions.start(ada, new Request('http://localhost:1/')))
  vi.advanceTimersByTime(60_000)
  const lines = await Promise.all([sessions.start(ada, browser), sessions.start(ada, browser)])
  for (const line of lines) expect((await sessions.getSession(withCookie(line)))?.user).toEqual(ada)
})

test('a session ends with its lifetime, with its id, and with its user', async () => {
  const users = new Map([[ada.id, ada]])
  const store = new Map()
  const kept = {
    insert: (session: { cookieHash: string }) => void store.set(session.cookieHash, session),
    find: (cookieHash: string) => store.get(cookieHash),
    deleteByCookie: (cookieHash: string) => void store.delete(cookieHash),
    deleteById: (id: string) => void [...store].filter(([, one]) => one.id === id).map(([key]) => store.delete(key)),
  }
  const sessions = cookieSessions({ baseUrl: 'http://localhost:1', getUser: (id) => users.get(id), store: kept })
  const request = new Request('http://localhost:1/')
  const begin = async () => {
    const [cookie = ''] = (await sessions.start(ada, request)).split(';')
    expect([...store.keys()].join()).not.toContain(cookie.slice(8))
    return new Request('http://localhost:1/', { headers: { cookie } })
  }
  const first = await begin()
  const session = await sessions.getSession(first)
  expect(session?.session.amr).toEqual(['pwd'])
  await sessions.endSession(session?.session.id ?? '')
  expect(await sessions.getSession(first)).toBeUndefined()
  const second = await begin()
  for (const row of store.values()) Object.assign(row, { expiresAt: 1 })
  expect(await sessions.getSession(second)).toBeUndefined()
  const third = await begin()
  users.clear()
  expect(await sessions.getSession(third)).toBeUndefined()
})

test('in a store that several providers share, the cookie of one signs nobody in at another', async () => {
  const store = memorySessionStore()
  const sessionsOf = (tenant: string) =>
    cookieSessions({ baseUrl: `http://${tenant}.localhost:1`, store, getUser: (id) => ({ id }) })
  const [acme, globex] = [sessionsOf('acme'), sessionsOf('globex')]
  const [cookie = ''] = (await acme.start({ id: 'u1' }, new Request('http://acme.localhost:1/'))).split(';')
  const request = new Request('http://globex.localhost:1/', { headers: { cookie } })
  expect(await globex.getSession(request)).toBeUndefined()
  expect((await acme.getSession(request))?.user.id).toBe('u1')
})

test('one user who signs in again and again ends own sessions, and those of nobody else', async () => {
  const store = memorySessionStore()
  const session = (userId: string, number: number) => ({
    ...{ id: `${userId}-${number}`, cookieHash: `hash-${userId}-${number}`, userId },
    ...{ authTime: 0, amr: ['pwd'], expiresAt: 9_999_999_999 },
  })
  await store.insert(session('victim', 0))
  for (let number = 0; number <= 100_000; number++) await store.insert(session('mallory', number))
  expect(await store.find('hash-victim-0')).toBeDefined()
  expect(await store.find('hash-mallory-99900')).toBeUndefined()
  expect(await store.find('hash-mallory-99901')).toBeDefined()
})
