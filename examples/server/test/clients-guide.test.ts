import { describe, expect, test } from 'vitest'
import { emptyDraft } from '../src/applications/draft.ts'
import { environmentLines } from '../src/applications/environment.ts'
import { type Guides, guidesFor, loadGuides, readGuides } from '../src/applications/guide.ts'
import { guidesView } from '../src/applications/guide-view.ts'
import { kinds } from '../src/applications/kinds.ts'
import { kindsOf } from '../src/applications/libraries.ts'
import { readInline } from '../src/applications/markdown.ts'

const document = `# Client libraries

Read first.

| Variable | |
| -------- | - |

## JavaScript

### openid-client

A **certified** client, with \`PKCE\`. See [the program](../checks/interop/node/web.ts) or
[its site](https://example.com/?a=1&b=2).

\`\`\`ts
// checks/interop/node/web.ts
import * as client from 'openid-client'

### no heading
if (1 < 2) alert("<script>")
\`\`\`

### oidc-client-ts

\`\`\`ts
// The comment of the sample stays.
\`\`\`

## Python

### \`PyJWT\`

- one
- two, which
  continues

### Empty

## Questions

### "not a JWT"

Because.
`

const samplesOf = (guides: Guides) =>
  guides.flatMap(({ blocks }) => blocks.flatMap((block) => (block.type === 'code' ? [block.text] : [])))

const fence = '`'.repeat(3)

describe('the guides for client libraries', () => {
  test('a heading of level 2 is a language, one of level 3 a library, and code keeps its lines without the name of its file', () => {
    const guides = readGuides(document)
    expect(guides.map(({ language, library, id }) => [language, library, id])).toEqual([
      ['JavaScript', 'openid-client', 'javascript-openid-client'],
      ['JavaScript', 'oidc-client-ts', 'javascript-oidc-client-ts'],
      ['Python', 'PyJWT', 'python-pyjwt'],
      ['Questions', '"not a JWT"', 'questions-not-a-jwt'],
    ])
    expect(guides[0]?.blocks.at(-1)).toEqual({
      type: 'code',
      language: 'ts',
      text: `import * as client from 'openid-client'\n\n### no heading\nif (1 < 2) alert("<script>")`,
    })
    expect(guides[1]?.blocks).toEqual([{ type: 'code', language: 'ts', text: '// The comment of the sample stays.' }])
    expect(guides[2]?.blocks).toEqual([{ type: 'list', items: ['one', 'two, which continues'] }])
  })

  test.each([
    '# checks/interop/python/authlib_web.py',
    '// checks/interop/node/src/web.ts',
    '<!-- checks/interop/java/pom.xml -->',
    '/* checks/interop/node/a.css */',
  ])('the line %s is not part of a sample', (line) => {
    const text = `## L\n### openid-client\n${fence}\n${line}\n\nthe code\n${fence}\n`
    expect(readGuides(text)[0]?.blocks).toEqual([{ type: 'code', language: '', text: 'the code' }])
  })

  test('each kind of application gets the libraries that suit it, and questions are no library', () => {
    const guides = readGuides(document)
    const names = (kind: Parameters<typeof guidesFor>[1]) => guidesFor(guides, kind).map(({ library }) => library)
    expect(names('web')).toEqual(['openid-client'])
    expect(names('spa')).toEqual(['oidc-client-ts'])
    expect(names('api')).toEqual(['PyJWT'])
  })

  test('the page shows markup of the document as text, and links only what is https', async () => {
    const shown = String(await guidesView(readGuides(document)))
    expect(shown).not.toContain('<script')
    expect(shown).toContain('if (1 &lt; 2) alert(&quot;&lt;script&gt;&quot;)')
    expect(shown).toContain('A <strong>certified</strong> client, with <code>PKCE</code>. See the program or ')
    expect(shown).toContain('<a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer">its site</a>')
    expect(readInline('**`a` b**')).toEqual([{ type: 'strong', text: 'a b' }])
    expect(readInline('[x](javascript:alert(1)) [y](http://a.example)').every(({ type }) => type === 'text')).toBe(true)
  })

  test('a server without the document starts, and its page names the document', async () => {
    const none: Guides = loadGuides('/nowhere/clients.md')
    expect(none).toEqual([])
    expect(String(await guidesView(none))).toContain('docs/clients.md')
  })

  test('the page knows for which kind of application each library of the documentation is', () => {
    const libraries = loadGuides().filter(({ language }) => language !== 'Questions')
    expect(libraries.filter(({ library }) => kindsOf(library) === undefined).map(({ library }) => library)).toEqual([])
  })

  test.each(['web', 'spa', 'native'] as const)(
    'a new application of the kind %s has the scopes that the samples of its libraries ask for',
    (name) => {
      const kind = kinds.find(({ kind }) => kind === name)
      if (kind === undefined) throw new Error(name)
      const { scopes } = emptyDraft(kind, ['notes:read'])
      const guides = guidesFor(loadGuides(), name)
      expect(guides.length).toBeGreaterThan(0)
      expect(samplesOf(guides).some((sample) => /profile|notes:read/.test(sample))).toBe(true)
      for (const sample of samplesOf(guides))
        for (const [scope] of sample.matchAll(/\bnotes:read\b|\boffline_access\b/g))
          expect(scopes, sample).toContain(scope)
    },
  )

  test.each(['spa', 'native'] as const)(
    'no sample for the kind %s fails because the settings have no secret',
    (kind) => {
      const demanded = /(?:environ\["OAUTH_CLIENT_SECRET"\]|var\("OAUTH_CLIENT_SECRET"\)\?|OAUTH_CLIENT_SECRET, )/
      for (const { library, blocks } of guidesFor(loadGuides(), kind))
        for (const block of blocks.slice(0, blocks.findIndex(({ type }) => type === 'code') + 1))
          expect(block.type === 'code' && demanded.test(block.text), library).toBe(false)
    },
  )

  test('the page leaves out passport-openidconnect, whose client only the server side can register', () => {
    const libraries = loadGuides().filter(({ library }) => library === 'passport-openidconnect')
    expect(libraries).toHaveLength(1)
    for (const { kind } of kinds) expect(guidesFor(libraries, kind)).toEqual([])
  })
})

describe('the settings of an application', () => {
  test('a client without a secret has no line for one, and a value that a shell would run is quoted', () => {
    const lines = environmentLines({
      ...{ issuer: 'https://id.example.com/auth', clientId: 'c1', clientSecret: undefined, resource: undefined },
      redirectUri: "https://rp.example/?a=$(x)&b='",
    })
    expect(lines.split('\n')).toEqual([
      'OAUTH_ISSUER=https://id.example.com/auth',
      'OAUTH_CLIENT_ID=c1',
      "OAUTH_REDIRECT_URI='https://rp.example/?a=$(x)&b='\\'''",
    ])
  })
})
