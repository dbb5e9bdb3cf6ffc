import { describe, expect, test } from 'vitest'
import { createWorld } from '../support/world.ts'

describe('secrets that can be guessed (G29)', () => {
  test.each([
    ['secret', 'x'],
    ['secret', ['a-secret-for-tests-with-enough-characters', 'x']],
    ['oauthQuerySigningSecret', 'x'],
    ['oauthQuerySigningSecret', 'x'.repeat(31)],
    ['oauthQuerySigningSecret', ''],
    ['pairwiseSecret', 'x'],
  ])('%s is refused at start-up when it is short: %j (G29)', (name, value) => {
    expect(() => createWorld({ [name]: value })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          new RegExp(`^option ${name}.*: must have at least 32 characters: make one with \`openssl rand -base64 32\`$`),
        ),
      }),
    )
  })
})
