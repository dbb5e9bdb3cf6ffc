import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import MiniSearch from 'minisearch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deadLinks } from '../src/build/check-links.ts'
import { findPassages } from '../src/build/find-passages.ts'
import { linkResolver, relativeUrl } from '../src/build/links.ts'
import { renderPage } from '../src/build/markdown.ts'
import { fillSections } from '../src/build/navigation.ts'
import type { Source } from '../src/build/page.ts'
import { searchOptions } from '../src/build/search-options.ts'
import { serveFolder } from '../src/build/serve.ts'
import { findSources } from '../src/build/sources.ts'
import { tokenize } from '../src/build/tokenize.ts'
import { writeSite } from '../src/build/write-site.ts'
import { root } from '../src/reference/places.ts'

const sources: readonly Source[] = [
  { file: 'docs/concepts.md', path: 'concepts.html' },
  { file: 'docs/decisions/README.md', path: 'decisions/index.html' },
  { file: 'packages/core/README.md', path: 'packages/core.html' },
]
const concepts = sources[0] as Source
const rendering = { resolve: linkResolver(sources) }

describe('links', () => {
  const resolve = linkResolver(sources)

  test('a link to a Markdown file leads to its page', () => {
    expect(resolve(concepts, 'decisions/README.md#one')).toEqual({
      kind: 'page',
      path: 'decisions/index.html',
      anchor: 'one',
    })
  })

  test('a link to a folder leads to the page of its README', () => {
    expect(resolve(concepts, '../packages/core')).toMatchObject({ kind: 'page', path: 'packages/core.html' })
  })

  test('a link to source is no link, because the repository of the placeholder does not exist', () => {
    const { html } = renderPage(concepts, 'See [the store](../packages/core/src/storage/storage.ts).', rendering)
    expect(html).toContain(
      '<span class="file" title="packages/core/src/storage/storage.ts in the repository">the store</span>',
    )
  })

  test('with the address of a repository, a link to source leads there', () => {
    const { html } = renderPage(concepts, '[the store](../packages/core/src/x.ts)', {
      ...rendering,
      repository: 'https://git.example.com/blob/main/',
    })
    expect(html).toContain('href="https://git.example.com/blob/main/packages/core/src/x.ts"')
  })

  test('URLs between pages are relative, so that the site may be served below any path', () => {
    expect(relativeUrl('decisions/index.html', 'concepts.html', 'clients')).toBe('../concepts.html#clients')
    expect(relativeUrl('concepts.html', 'concepts.html', 'clients')).toBe('#clients')
  })
})

describe('pages', () => {
  test('headings get the anchors of GitHub, and a second one of the same text a number', () => {
    const { anchors } = renderPage(concepts, '# A `b.c`, d\n\n## Errors\n\n## Errors\n', rendering)
    expect([...anchors]).toEqual(['a-bc-d', 'errors', 'errors-1'])
  })

  test('code in a page cannot become HTML', () => {
    const { html } = renderPage(concepts, '```\n<script>alert(1)</script>\n```\n\n`<img>`', rendering)
    expect(html).not.toMatch(/<script>|<img>/)
  })

  test('each message of a list has an anchor and is a passage of its own for the search', () => {
    const source = { file: 'docs/reference/messages-x.md', path: 'reference/messages-x.html' }
    const { anchors, passages } = renderPage(source, '# X\n\n- `missing token`<br>Send it.\n- `too late`\n', rendering)
    expect(anchors).toContain('missing-token')
    expect(passages.map(({ heading }) => heading)).toEqual(['X', 'missing token', 'too late'])
    expect(passages[1]?.text).toContain('Send it.')
  })

  test('a page that is in no section fails the build', () => {
    expect(() => fillSections([{ file: 'elsewhere/x.md', path: 'x.html' }])).toThrow(
      'elsewhere/x.md: add it to a section',
    )
  })

  test('every page of the repository is in exactly one section', () => {
    const files = fillSections(findSources(root)).flatMap(({ pages }) => pages.map(({ file }) => file))
    expect(new Set(files).size).toBe(files.length)
  })
})

test('a name is searched for as a whole and by its parts', () => {
  expect(tokenize('invalid_client and allowDynamicClientRegistration')).toEqual([
    ...['invalid_client', 'invalid', 'client', 'and'],
    ...['allowDynamicClientRegistration', 'allow', 'Dynamic', 'Client', 'Registration'],
  ])
})

describe('the whole site', () => {
  const target = mkdtempSync(join(tmpdir(), 'oauth-site-'))
  const playground = mkdtempSync(join(tmpdir(), 'oauth-playground-'))
  let found: (query: string) => readonly string[]
  beforeAll(async () => {
    writeFileSync(join(playground, 'index.html'), 'the playground')
    await writeSite({ root, target, playground })
    const index = MiniSearch.loadJSON(readFileSync(join(target, 'assets/search.json'), 'utf8'), searchOptions)
    found = (query) => findPassages(index, query).map(({ id }) => String(id))
  }, 120_000)
  afterAll(() => {
    for (const folder of [target, playground]) rmSync(folder, { recursive: true, force: true })
  })

  test('a playground that was built before is in the site and in the navigation of every page', () => {
    expect(existsSync(join(target, 'playground/index.html'))).toBe(true)
    expect(readFileSync(join(target, 'index.html'), 'utf8')).toContain('<a href="playground/index.html">Playground</a>')
    expect(readFileSync(join(target, 'guides/hono.html'), 'utf8')).toContain('href="../playground/index.html"')
  })

  test.each([
    ['invalid_client', 'reference/errors.html#invalid_client'],
    ['allowDynamicClientRegistration', 'options.html#allowdynamicclientregistration'],
    ['registerClient', 'reference/provider.html#registerclient'],
    ['refresh_token.replayed', 'reference/events.html#refresh_tokenreplayed'],
    ['jwks_uri', 'reference/client-metadata.html#jwks_uri'],
    ['pkce is required for public clients', 'reference/messages-to-clients.html#pkce-is-required-for-public-clients'],
    ['logo', 'custom-pages.html#name-logo-and-colours'],
    ['logo', 'reference/client-metadata.html#logo_uri'],
    ['migrate oidc-provider', 'guides/from-oidc-provider.html'],
  ])('the search for "%s" has %s among its first five', (query, page) => {
    expect(found(query).slice(0, 5)).toContain(page)
  })

  test.each([
    ['openid-client', 'clients.html#openid-client'],
    ['branding per tenant', 'tenants.html#ready-pages'],
    ['pages with tenants', 'tenants.html#ready-pages'],
    ['how do I stop a server gracefully', 'deployment.html#stopping'],
    ['session cookie', 'custom-pages.html#cookies'],
    ['sign up', 'custom-pages.html#sign-up'],
    ['signup', 'options.html#signupurl'],
    ['vercel', 'guides/next.html#vercel-and-other-serverless-platforms'],
    ['deploy on vercel', 'guides/next.html#vercel-and-other-serverless-platforms'],
    ['logout', 'logout.html'],
    ['option secret: must have at least 32 characters', 'options.html#secret'],
  ])('the search for "%s" has %s first', (query, page) => {
    expect(found(query)[0]).toBe(page)
  })

  test('a dead link and a dead anchor are found', () => {
    const html = '<a href="concepts.html">a</a><a href="gone.html">b</a><a href="concepts.html#gone">c</a>'
    const page = renderPage(concepts, '# Concepts', rendering)
    expect(deadLinks(target, [page], new Map([['x.html', html]]))).toEqual([
      'x.html: gone.html leads to no file',
      'x.html: concepts.html#gone leads to no heading',
    ])
  })

  test('the local server answers with types, and serves nothing outside of the site', async () => {
    const server = await serveFolder(target, 0)
    const { port } = server.address() as { readonly port: number }
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
    try {
      expect((await get('/')).headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect((await get('/assets/site.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8')
      for (const path of ['/gone', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '/%00', '/%'])
        expect((await get(path)).status, path).toBe(404)
    } finally {
      await new Promise((closed) => {
        server.close(closed)
        server.closeAllConnections()
      })
    }
  })
})
