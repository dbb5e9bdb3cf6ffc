import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorStatus } from '../../core/src/protocol/errors.ts'
import { help } from '../src/messages/help.ts'
import { readMessages } from '../src/messages/pages.ts'
import { readErrorCodes } from '../src/reference/error-codes.ts'
import { explanations } from '../src/reference/error-explanations.ts'
import { readEvents } from '../src/reference/events-page.ts'
import { referencePages } from '../src/reference/pages.ts'
import { root } from '../src/reference/places.ts'
import { providerMembers } from '../src/reference/provider-page.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('generated pages', () => {
  const pages = referencePages()

  test.each([...pages.keys()])('%s is what the generator writes from the source (pnpm reference)', (path) => {
    expect(read(path)).toBe(pages.get(path))
  })

  test('docs/reference/ has no page that the generator no longer writes', () => {
    const generated = readdirSync(join(root, 'docs/reference')).filter((name) => name !== 'README.md')
    expect(generated.map((name) => `docs/reference/${name}`).filter((path) => !pages.has(path))).toEqual([])
  })

  test('the page of the provider has every method that a provider has when it runs', async () => {
    const { createProvider } = await import('../../core/src/index.ts')
    const { memoryStorage } = await import('../../core/src/memory/index.ts')
    const provider = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 'x'.repeat(32),
      storage: memoryStorage(),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      loginUrl: '/login',
      consentUrl: '/consent',
    })
    expect(
      providerMembers()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(Object.keys(provider).toSorted())
  })

  test('the page of events has every event that the code emits', () => {
    const folder = join(root, 'packages/core/src')
    const emitted = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => [...read(`packages/core/src/${path}`).matchAll(/emit\(\{\s*type: '([^']+)'/g)])
      .map(([, type = '']) => type)
    const described = new Set(readEvents().flatMap(({ types }) => types))
    expect(emitted.length).toBeGreaterThan(30)
    expect(emitted.filter((type) => !described.has(type))).toEqual([])
  })

  test('every error code has its status, a standard and an explanation, and no explanation is of another code', () => {
    const codes = readErrorCodes()
    expect(codes.filter(({ standard }) => standard === '')).toEqual([])
    for (const { code, status } of codes) {
      const known = (errorStatus as Readonly<Record<string, number>>)[code]
      if (known !== undefined) expect(status, code).toBe(known)
    }
    expect(Object.keys(explanations).toSorted()).toEqual(codes.map(({ code }) => code).toSorted())
  })
})

describe('messages', () => {
  const messages = readMessages()
  const texts = new Set(messages.map(({ text }) => text))

  test('every explanation of a message is of a message that the code has', () => {
    expect(Object.keys(help).filter((text) => !texts.has(text))).toEqual([])
  })

  test.each([
    ['a plain text', 'missing grant_type'],
    ['a text that a function of the file completes', "Redirect URI '<uri>' must use https"],
    ['a text whose beginning is passed by a call', 'loginUrl: must not have a fragment'],
    [
      'a text that a call in another file completes',
      'authentication.getUser: user must be an object with an id; it is <value>',
    ],
    [
      'a text of the pages',
      'this sign-in was started in another browser; please go back to the application and start again',
    ],
    ['a text of the database', 'the database cannot be reached'],
    ['a text of the command line', '--client needs --user.'],
    ['a text of an API', 'an access token is required'],
  ])('the catalogue has %s: %s', (_kind, text) => {
    expect(texts).toContain(text)
  })

  test('messages that the server throws are in the catalogue, with values in place of names', async () => {
    const { createProvider } = await import('../../core/src/index.ts')
    const thrown: string[] = []
    const attempt = (options: object): void => {
      try {
        createProvider(options as never)
      } catch (error) {
        thrown.push((error as Error).message)
      }
    }
    const { memoryStorage } = await import('../../core/src/memory/index.ts')
    const whole = {
      baseUrl: 'https://id.example.com',
      secret: 'x'.repeat(32),
      storage: memoryStorage(),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      loginUrl: '/login',
      consentUrl: '/consent',
    }
    attempt({ ...whole, baseUrl: 'http://id.example.com' })
    attempt({ ...whole, consentUrl: undefined })
    attempt({ ...whole, loginUrl: '/login#top' })
    attempt({ ...whole, defaultResource: 'https://api.example.com' })
    attempt({ ...whole, nothing: true })
    expect(thrown).toHaveLength(5)
    const patterns = [...texts].map((text) => new RegExp(`^${patternOf(text)}$`))
    for (const message of thrown)
      expect(
        patterns.some((pattern) => pattern.test(message)),
        message,
      ).toBe(true)
  })
})

/** Makes the source of a pattern in which each value matches anything. */
function patternOf(text: string): string {
  return text
    .split(/<[^<>]*>/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.+')
}
