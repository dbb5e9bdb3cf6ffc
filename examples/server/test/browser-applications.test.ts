import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiums } from '../../../test/machine/chromium.ts'
import { follow, press } from '../../../test/machine/press.ts'
import { application, create, developer } from './developer.ts'
import { type Example, startExample } from './start.ts'
import { chromiumVisitors } from './visitors.ts'

const timeout = 120_000
const redirectUri = 'https://rp.example/callback'

const guide = `# Client libraries

## JavaScript

### openid-client

\`\`\`ts
// checks/interop/node/web.ts
const config = await client.discovery(new URL(process.env.OAUTH_ISSUER), process.env.OAUTH_CLIENT_ID, process.env.OAUTH_CLIENT_SECRET)
\`\`\`

## Python

### Authlib

\`\`\`python
import authlib
\`\`\`
`

let folder: string
let example: Example

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oauth-guide-'))
  writeFileSync(join(folder, 'clients.md'), guide)
  example = await startExample({ clientsGuide: join(folder, 'clients.md') })
}, timeout)

afterAll(async () => {
  await example?.stop()
  await rm(folder, { recursive: true, force: true })
  expect(example?.failures).toEqual([])
})

test('every page of your applications works without scripts, and has one heading, unique ids and a label for each field', async () => {
  const ada = await developer(example, 'labels')
  const made = await create(ada, 'web', { redirect_uris: redirectUri, scope: 'openid' })
  const { id } = application(made)
  const pages = [
    made,
    await create(ada, 'web', { name: '', redirect_uris: 'x', scope: [] }),
    ...(await Promise.all(['', '/new', '/new/native', '/new/machine', '/new/api', `/${id}/edit`].map(ada.open))),
  ]
  for (const { url, body } of pages) {
    expect(body, url.href).not.toContain('<script')
    expect(body, url.href).not.toMatch(/\son\w+=/)
    expect(body.match(/<h1/g), url.href).toHaveLength(1)
    const ids = [...body.matchAll(/\sid="([^"]+)"/g)].map(([, name]) => String(name))
    expect(new Set(ids).size, url.href).toBe(ids.length)
    for (const [, names = ''] of body.matchAll(/aria-(?:describedby|labelledby)="([^"]+)"/g))
      for (const name of names.split(' ')) expect(ids, url.href).toContain(name)
    const labelled = new Set([...body.matchAll(/<label[^>]*\bfor="([^"]+)"/g)].map(([, name]) => name))
    const fields = [
      ...body.matchAll(/<(?:input(?![^>]*type="(?:hidden|radio|checkbox)")|textarea)[^>]*\bid="([^"]+)"/g),
    ]
    for (const [, name] of fields) expect(labelled, `${url.href} #${name}`).toContain(name)
    // A checkbox is inside its label, and the group has a legend.
    const boxes = body.match(/<input type="checkbox"/g) ?? []
    expect(body.match(/<label class="option"><input type="checkbox"/g) ?? [], url.href).toHaveLength(boxes.length)
    if (boxes.length > 0) expect(body).toContain('<legend>Scopes</legend>')
  }
})

describe.each(chromiums)('in Chromium', (executablePath) => {
  const visitor = chromiumVisitors(executablePath)

  const text = async (where: Locator) => ((await where.textContent()) ?? '').replace(/\s+/g, ' ').trim()
  const summary = (page: Page, name: string) => page.locator('summary').filter({ hasText: name }).click()
  const box = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })
  const shownSecret = (page: Page) => page.getByRole('region', { name: 'Client secret' }).count()

  async function fits(page: Page): Promise<void> {
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(overflow, `${page.url()} scrolls sideways`).toBe(0)
  }

  test.each([
    { name: 'a phone without scripts', javaScript: false, width: 360 },
    { name: 'a wide screen with scripts', javaScript: true, width: 1200 },
  ])('a developer makes, changes, disables and deletes an application on $name', { timeout }, async (device) => {
    const { page, complaints, close } = await visitor({
      javaScriptEnabled: device.javaScript,
      viewport: { width: device.width, height: 740 },
      baseURL: example.baseUrl,
    })
    await page.goto('/signup')
    await box(page, 'Name').fill('Ada')
    await page.getByLabel('E-mail address').fill(`ada-${device.width}@example.com`)
    await page.getByLabel('Password').fill('correct horse battery')
    await press(page, 'Create account')
    await follow(page, 'Your applications')
    await fits(page)
    await follow(page, 'New application')
    await fits(page)
    await follow(page, 'Web application')
    await fits(page)

    // After a mistake, the form keeps the input and puts the focus into the field.
    await box(page, 'Name').fill('Field <i>notes</i>')
    await box(page, 'Redirect URIs').fill('http://rp.example/callback')
    await page.getByRole('checkbox', { name: 'Read your notes' }).check()
    await page.getByRole('checkbox', { name: 'See your name' }).uncheck()
    await press(page, 'Create application')
    expect(await text(page.getByRole('alert'))).toBe('Please correct the fields below.')
    expect(await page.locator(':focus').getAttribute('name')).toBe('redirect_uris')
    expect(await box(page, 'Redirect URIs').getAttribute('aria-invalid')).toBe('true')
    expect(await text(page.locator('#redirect_uris-error'))).toContain('must use https unless it is a loopback address')
    expect(await box(page, 'Name').inputValue()).toBe('Field <i>notes</i>')
    expect(await box(page, 'Redirect URIs').inputValue()).toBe('http://rp.example/callback')
    expect(await page.getByRole('checkbox', { name: 'Read your notes' }).isChecked()).toBe(true)
    expect(await page.getByRole('checkbox', { name: 'See your name' }).isChecked()).toBe(false)
    await fits(page)
    await box(page, 'Redirect URIs').fill(redirectUri)
    await press(page, 'Create application')

    expect(await text(page.getByRole('heading', { level: 1 }))).toBe('Field <i>notes</i>')
    const secret = await text(page.getByRole('region', { name: 'Client secret' }).locator('code').first())
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(page.url()).not.toContain(secret)
    const settings = page.getByRole('region', { name: 'Settings of the application' })
    expect(await settings.textContent()).toContain(`OAUTH_CLIENT_SECRET=${secret}\nOAUTH_REDIRECT_URI=${redirectUri}`)
    // The developer chooses a library on the same page, so that the secret stays in sight.
    const code = page.getByRole('region', { name: 'Code for openid-client' })
    expect(await code.count()).toBe(0)
    await summary(page, 'openid-client')
    expect(await code.textContent()).toMatch(/^const config = await client\.discovery/)
    await summary(page, 'Authlib')
    expect(await page.getByRole('region', { name: 'Code for Authlib' }).textContent()).toContain('import authlib')
    await fits(page)

    // A reload and the history show the page without the secret.
    await page.reload()
    expect(await shownSecret(page)).toBe(0)
    expect(await page.content()).not.toContain(secret)
    await follow(page, 'Your applications')
    await page.goBack()
    expect(await page.content()).not.toContain(secret)

    await summary(page, 'New secret')
    await press(page, 'Make a new secret')
    expect(await shownSecret(page)).toBeGreaterThan(0)
    expect(await page.content()).not.toContain(secret)
    await follow(page, 'Change name, redirect URIs or scopes')
    await box(page, 'Name').fill('Notes')
    await press(page, 'Save changes')
    expect(await text(page.getByRole('status'))).toBe('Your changes are saved.')
    await summary(page, 'Disable')
    await press(page, 'Disable the application')
    expect(await text(page.getByRole('note'))).toContain('This application is disabled')
    await fits(page)
    await summary(page, 'Enable')
    await press(page, 'Enable the application')
    expect(await page.getByRole('note').count()).toBe(0)
    await summary(page, 'Delete')
    await press(page, 'Delete the application')
    expect(await text(page.getByRole('main'))).toContain('You have no applications yet.')
    expect(complaints).toEqual([])
    await close()
  })
})
