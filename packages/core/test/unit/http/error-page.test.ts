import { describe, expect, test } from 'vitest'
import { errorResponse } from '../../../src/http/error-response.ts'
import { errorForUser, OAuthError } from '../../../src/protocol/errors.ts'

/** Returns the title, the text for the user, and what stands below for developers. */
async function read(error: OAuthError) {
  const html = await errorResponse(error, 'page').text()
  const [forUser = '', forDevelopers = ''] = html.slice(html.indexOf('<main>')).split('<aside')
  const paragraphs = (part: string) => [...part.matchAll(/<p>(.*?)<\/p>/g)].map((match) => match[1])
  return {
    title: forUser.match(/<h1>(.*)<\/h1>/)?.[1],
    user: paragraphs(forUser),
    developers: paragraphs(forDevelopers),
  }
}

describe('an error page', () => {
  test('tells the user what to do and keeps the description for developers', async () => {
    expect(await read(new OAuthError('invalid_request', 'missing response_type'))).toEqual({
      title: 'This did not work',
      user: [expect.stringContaining('Please go back to the application and start again.')],
      developers: ['Missing response_type.', 'Error: invalid_request'],
    })
  })

  test('shows a text that is written for the user once', async () => {
    expect(await read(errorForUser('login_required', 'you are no longer signed in'))).toEqual({
      title: 'This did not work',
      user: ['You are no longer signed in.'],
      developers: ['Error: login_required'],
    })
  })

  test('shows a text for the user beside the description of the developer', async () => {
    expect(await read(new OAuthError('invalid_request', 'no state', { userText: 'Please start again.' }))).toEqual({
      title: 'This did not work',
      user: ['Please start again.'],
      developers: ['No state.', 'Error: invalid_request'],
    })
  })

  test.each([
    ['invalid_client', 'This application cannot be used here', 'Please tell the people who make it.'],
    ['not_found', 'Page not found', 'Please check the address.'],
    ['rate_limited', 'Too many attempts', 'Please wait a moment and try again.'],
    ['server_error', 'Something went wrong', 'This is a problem on our side.'],
    ['temporarily_unavailable', 'Something went wrong', 'Please wait a moment and try again.'],
  ] as const)('for %s has the title “%s” and says “%s”', async (code, title, text) => {
    const page = await read(new OAuthError(code))
    expect(page).toEqual({ title, user: [expect.stringContaining(text)], developers: [`Error: ${code}`] })
  })
})

test('the text for the user stays out of JSON answers', async () => {
  const error = new OAuthError('invalid_request', 'no state', { userText: 'Please start again.' })
  expect(await errorResponse(error, 'json').json()).toEqual({ error: 'invalid_request', error_description: 'no state' })
})
