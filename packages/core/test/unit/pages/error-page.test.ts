import { describe, expect, test } from 'vitest'
import { englishTexts, type PageTextName } from '../../../src/contracts/page-texts.ts'
import { errorResponse } from '../../../src/http/error-response.ts'
import { errorPage } from '../../../src/pages/error-page.ts'
import { germanTexts } from '../../../src/pages/german-texts.ts'
import { sentence, translate } from '../../../src/pages/texts.ts'
import { errorForUser, errorStatus, OAuthError, type OAuthErrorCode } from '../../../src/protocol/errors.ts'
import { pageContext, pageRequest, readBuiltIn } from '../../support/pages.ts'
import { readSources } from '../../support/source.ts'

async function read(error: OAuthError, language = 'en') {
  const response = await errorPage(pageContext(), pageRequest({ 'accept-language': language }), error)
  return readBuiltIn(await response.text())
}

describe('an error page', () => {
  test('tells the user what to do and keeps the description for developers', async () => {
    expect(await read(new OAuthError('invalid_request', 'missing response_type'))).toMatchObject({
      title: 'This did not work',
      user: [expect.stringContaining('Please go back to the application and start again.')],
      developers: ['Missing response_type.', 'Error: invalid_request'],
    })
  })

  test('shows a text that is written for the user once', async () => {
    expect(await read(errorForUser('login_required', englishTexts.noLongerSignedIn))).toMatchObject({
      title: 'You need to sign in',
      user: ['You are no longer signed in; please go back to the application and start again.'],
      developers: ['Error: login_required'],
    })
  })

  test('shows a text for the user in their language, and the description as it is', async () => {
    const error = new OAuthError('invalid_request', 'no state', { userText: englishTexts.interactionUnknown })
    expect(await read(error, 'de-CH')).toMatchObject({
      language: 'de',
      title: 'Das hat nicht geklappt',
      user: [expect.stringContaining('Diese Adresse gehört zu keiner Anmeldung.')],
      developers: ['No state.', 'Fehler: invalid_request'],
    })
  })

  test('shows the text of a feature as it is', async () => {
    const error = new OAuthError('invalid_request', 'no state', { userText: 'Please start again.' })
    expect(await read(error, 'de')).toMatchObject({ user: ['Please start again.'] })
  })

  test.each([
    ['invalid_client', 'This application cannot be used here', 'Please tell the people who make it.'],
    ['invalid_scope', 'The application asked for something it cannot have', 'it got nothing'],
    ['login_required', 'You need to sign in', 'before you have signed in'],
    ['unmet_authentication_requirements', 'A stronger sign-in is needed', 'second factor'],
    ['access_denied', 'Access was not given', 'The application got no access.'],
    ['invalid_request_uri', 'This link has expired', 'only once'],
    ['not_found', 'Page not found', 'Please check the address.'],
    ['rate_limited', 'Too many attempts', 'Please wait a moment and try again.'],
    ['server_error', 'Something went wrong', 'This is a problem on our side.'],
    ['temporarily_unavailable', 'Something went wrong', 'Please wait a moment and try again.'],
  ] as const)('for %s has the title “%s” and says “%s”', async (code, title, text) => {
    const page = await read(new OAuthError(code))
    expect(page).toMatchObject({ title, user: [expect.stringContaining(text)], developers: [`Error: ${code}`] })
  })

  test.each(Object.keys(errorStatus) as OAuthErrorCode[])(
    'for %s has words without the protocol in both languages',
    async (code) => {
      const english = await read(new OAuthError(code, 'for developers'))
      const german = await read(new OAuthError(code, 'for developers'), 'de')
      for (const { title, user, developers } of [english, german]) {
        const said = [title, ...user].join(' ')
        expect(user.length).toBe(1)
        expect(said).not.toMatch(/client|scope|token|redirect|parameter|OAuth|URI|_/i)
        expect(developers.join(' ')).toContain(code)
      }
      expect(german.title).not.toBe(english.title)
      expect(german.user).not.toEqual(english.user)
    },
  )
})

describe('the texts of pages', () => {
  const names = Object.keys(englishTexts) as PageTextName[]

  test('have the same values to fill in, in English and in German', () => {
    const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    expect(names.filter((name) => `${values(englishTexts[name])}` !== `${values(germanTexts[name])}`)).toEqual([])
  })

  test('differ in every language, so that none was forgotten, and no two have the same English text', () => {
    expect(names.filter((name) => englishTexts[name] === germanTexts[name])).toEqual([])
    expect(new Set(Object.values(englishTexts)).size).toBe(names.length)
    expect(names.filter((name) => translate(englishTexts[name], germanTexts) !== germanTexts[name])).toEqual([])
  })

  test('are where every refusal takes its text for the user from, so that none stays in English', () => {
    const code = readSources().filter(({ path }) => path !== 'protocol/errors.ts')
    const given = code.flatMap(({ path, text }) =>
      [...text.matchAll(/errorForUser\(\s*'\w+',\s*([^,)]+)|\buserText:\s*([^,}]+)/g)].map(
        ([, first, second]) => [path, (first ?? second ?? '').trim()] as const,
      ),
    )
    expect(given.length).toBeGreaterThan(15)
    expect(given.filter(([, text]) => !text.startsWith('englishTexts.'))).toEqual([])
    const used = new Set(given.map(([, text]) => text.slice('englishTexts.'.length)))
    expect([...used].filter((name) => !names.includes(name as PageTextName))).toEqual([])
  })

  test('become sentences in every language', () => {
    const wrong = names.filter((name) => /Text$/.test(name) && sentence(germanTexts[name]) !== germanTexts[name])
    expect(wrong).toEqual([])
    expect(sentence('so it is')).toBe('So it is.')
    expect(sentence('Really?')).toBe('Really?')
  })
})

test('the text for the user stays out of JSON answers', async () => {
  const error = new OAuthError('invalid_request', 'no state', { userText: 'Please start again.' })
  expect(await errorResponse(error, 'json').json()).toEqual({ error: 'invalid_request', error_description: 'no state' })
})
