import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import type { ProviderOptions } from '../../../src/config/options.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'

const good: ProviderOptions = {
  baseUrl: 'https://id.example.com',
  secret: 's'.repeat(32),
  storage: memoryStorage(),
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
}

const resolve = (branding?: unknown) => resolveConfig({ ...good, branding } as ProviderOptions).branding

describe('the option branding', () => {
  test('is by default no name, no logo, no links, blue and English', () => {
    expect(resolve()).toEqual({
      name: undefined,
      logoUrl: undefined,
      colours: { accent: '#1d4ed8', accentDark: '#8ab4f8' },
      links: {},
      defaultLanguage: 'en',
      languages: new Map(),
    })
  })

  test('takes paths as those of the application, and the accent for both schemes', () => {
    const links = {
      home: '/',
      privacy: '/privacy?a=b',
      terms: 'https://example.com/terms',
      help: 'http://localhost:8080/',
    }
    const given = { name: 'Example', logoUrl: '/logo.svg', colours: { accent: '#aBc' }, links, defaultLanguage: 'DE' }
    expect(resolve(given)).toMatchObject({
      name: 'Example',
      logoUrl: 'https://id.example.com/logo.svg',
      colours: { accent: '#aBc', accentDark: '#aBc' },
      links: {
        home: 'https://id.example.com/',
        privacy: 'https://id.example.com/privacy?a=b',
        terms: 'https://example.com/terms',
        help: 'http://localhost:8080/',
      },
      defaultLanguage: 'de',
    })
  })

  test.each([
    [
      'colours.accent',
      { colours: { accent: 'red;background:url(//evil.example)' } },
      'must be a colour as #rgb or #rrggbb',
    ],
    ['colours.accent', { colours: { accent: '#fff}body{display:none' } }, 'must be a colour'],
    ['colours.accentDark', { colours: { accentDark: '#12345' } }, 'must be a colour'],
    ['colours.accentDark', { colours: { accentDark: '#ffffff\n' } }, 'must be a colour'],
    ['links.home', { links: { home: 'javascript:alert(1)' } }, 'must not use the scheme javascript:'],
    ['links.help', { links: { help: 'data:text/html,x' } }, 'must not use the scheme data:'],
    ['links.terms', { links: { terms: 'http://example.com/' } }, 'must use https'],
    ['links.terms', { links: { terms: '//evil.example/' } }, 'must be an absolute URI'],
    ['links.privacy', { links: { privacy: 'https://example.com/"><script>' } }, 'not allowed in a URI'],
    ['links.privacy', { links: { privacy: 'mailto:a@example.com' } }, 'must not use the scheme mailto:'],
    ['links.privacy', { links: { privacy: 'privacy' } }, 'it must be a path, as /privacy is, or a URL with https'],
    ['logoUrl', { logoUrl: 'data:text/html;base64,PHNjcmlwdD4=' }, 'must be an image in base64'],
    ['logoUrl', { logoUrl: 'data:image/svg+xml,<svg onload="alert(1)"/>' }, 'must be an image in base64'],
    ['logoUrl', { logoUrl: `data:image/png;base64,${'A'.repeat(100_000)}` }, 'use a smaller image or a URL'],
    ['logoUrl', { logoUrl: 'javascript:alert(1)' }, 'must not use the scheme javascript:'],
    ['name', { name: '' }, 'must not be empty'],
    ['name', { name: 'x'.repeat(101) }, 'must have at most 100 characters'],
    ['name', { name: 'Example\u202egpj' }, 'must not have control characters'],
    ['defaultLanguage', { defaultLanguage: 'fr' }, 'add them as branding.languages.fr'],
    ['languages.fr.signOut', { languages: { fr: { signOut: 'a\nb' } } }, 'must not have control characters'],
    ['languages.fr.signOff', { languages: { fr: { signOff: 'x' } } }, 'is not known; did you mean signOut?'],
    ['languages', { languages: { 'f"><script>': {} } }, 'must be a language tag'],
    ['colour', { colour: {} }, 'is not known; there are name, logoUrl, colours'],
  ])('refuses a wrong %s: %o', (name, branding, message) => {
    expect(() => resolve(branding)).toThrow(TypeError)
    expect(() => resolve(branding)).toThrow(new RegExp(`branding\\.${name.replaceAll('.', '\\.')}`))
    expect(() => resolve(branding)).toThrow(message)
  })
})

test('the option renderPage must be a function', () => {
  expect(() => resolveConfig({ ...good, renderPage: '<p>' } as unknown as ProviderOptions)).toThrow('option renderPage')
})
