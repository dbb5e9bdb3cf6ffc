import { type Context, Hono } from 'hono'
import { signInForApplications } from '../identity/host.ts'
import type { SignedIn } from '../identity/sessions.ts'
import { type Form, readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import { respond } from '../web/layout.ts'
import { applicationView } from './application-view.ts'
import type { DeveloperSide } from './developer-side.ts'
import { checkDraft, type Draft, draftOf, metadataOf, type Problems, problemsOf, readDraft } from './draft.ts'
import { formView } from './form-view.ts'
import { kindOf } from './kinds.ts'
import { applicationPath, listPath, nameOf } from './list-view.ts'
import { type OwnClient, type OwnClients, ownClients, type Refusal } from './own-clients.ts'

/** A request about one application of the signed-in user. */
interface Visit {
  readonly signedIn: SignedIn
  readonly clients: OwnClients
  readonly client: OwnClient
}

/** The pages of one application. An application of another user is 404, like one that does not exist. */
export function applicationPages(side: DeveloperSide): Hono {
  const { apiScopes, guard, guides, provider, secrets, sessions } = side
  const pages = new Hono()

  /** Answers a request about an application that the user owns. */
  async function visit(c: Context, answer: (visit: Visit) => Response | Promise<Response>): Promise<Response> {
    const signedIn = await sessions.current(c.req.raw)
    if (signedIn === undefined) return c.redirect(c.req.method === 'POST' ? '/login' : signInForApplications, 303)
    const clients = ownClients(provider, c.req.raw)
    const client = await clients.find(c.req.param('id') ?? '')
    return client === undefined ? c.notFound() : answer({ signedIn, clients, client })
  }

  pages.get('/:id', (c) =>
    visit(c, ({ signedIn, client }) => {
      // Only a page that the user sees may use up the secret; the answer to HEAD has no body.
      const secret = c.req.method === 'GET' ? secrets.take(signedIn.session.id, client.client_id) : undefined
      return respond(c, 200, page(c, client, { secret, notice: notices.get(c.req.query('done') ?? '') }))
    }),
  )

  pages.get('/:id/edit', (c) => visit(c, ({ client }) => respond(c, 200, editPage(c, client, draftOf(client), {}))))

  pages.post('/:id/edit', (c) =>
    visit(c, async ({ clients, client }) => {
      const form = await readForm(c)
      const draft = readDraft(form)
      const again = (status: 403 | 422, problems: Problems) => respond(c, status, editPage(c, client, draft, problems))
      if (!guard.accepts(c, form)) return again(403, { form: refusedForm(side.baseUrl) })
      const kind = kindOf(client)
      const problems = checkDraft(kind, draft)
      if (Object.keys(problems).length > 0) return again(422, problems)
      const changed = await clients.update(client.client_id, metadataOf(kind, draft))
      return 'refusal' in changed ? again(422, problemsOf(changed.refusal)) : done(c, client, 'saved')
    }),
  )

  pages.post('/:id/rotate', (c) =>
    change(c, async ({ signedIn, clients, client }) => {
      const rotated = await clients.rotateSecret(client.client_id)
      if ('refusal' in rotated) return refused(c, client, rotated.refusal)
      const { client_id, client_secret } = rotated.value
      if (client_secret !== undefined) secrets.keep(signedIn.session.id, client_id, client_secret)
      return done(c, client, 'rotated')
    }),
  )

  pages.post('/:id/disable', (c) => change(c, (visit) => switchTo(c, visit, true)))
  pages.post('/:id/enable', (c) => change(c, (visit) => switchTo(c, visit, false)))

  pages.post('/:id/delete', (c) =>
    change(c, async ({ clients, client }) => {
      const removed = await clients.remove(client.client_id)
      return 'refusal' in removed ? refused(c, client, removed.refusal) : c.redirect(`${listPath}?deleted`, 303)
    }),
  )

  /** Answers a form of the application's page. */
  function change(c: Context, answer: (visit: Visit) => Response | Promise<Response>): Promise<Response> {
    return visit(c, async (visit) => {
      const form: Form = await readForm(c)
      if (guard.accepts(c, form)) return answer(visit)
      return respond(c, 403, page(c, visit.client, { error: refusedForm(side.baseUrl) }))
    })
  }

  async function switchTo(c: Context, { clients, client }: Visit, disabled: boolean): Promise<Response> {
    await clients.setDisabled(client.client_id, disabled)
    return done(c, client, disabled ? 'disabled' : 'enabled')
  }

  function refused(c: Context, client: OwnClient, { description }: Refusal): Response | Promise<Response> {
    return respond(c, 422, page(c, client, { error: description }))
  }

  function page(
    c: Context,
    client: OwnClient,
    say: { secret?: string | undefined; notice?: string | undefined; error?: string },
  ) {
    const { issuer } = provider
    const { apiUrl } = side
    const { secret, ...messages } = say
    return applicationView({
      client,
      secret,
      issuer,
      apiUrl,
      apiScopes,
      guides,
      formToken: guard.field(c),
      ...messages,
    })
  }

  function editPage(c: Context, client: OwnClient, draft: Draft, problems: Problems) {
    const path = applicationPath(client.client_id)
    return formView({
      ...{ kind: kindOf(client), apiScopes, draft, problems, formToken: guard.field(c) },
      ...{ title: `Change ${nameOf(client)}`, button: 'Save changes', action: `${path}/edit` },
      back: { url: path, text: 'Back without changes' },
    })
  }

  return pages
}

function done(c: Context, { client_id }: OwnClient, what: string): Response {
  return c.redirect(`${applicationPath(client_id)}?done=${what}`, 303)
}

/** What the page says after a change. That an application is disabled, it says anyway. */
const notices: ReadonlyMap<string, string> = new Map([
  ['created', 'The application is ready. Below are the settings for its code.'],
  ['saved', 'Your changes are saved.'],
  ['rotated', 'The application has a new secret, and the old one has stopped working.'],
  ['enabled', 'The application is enabled again.'],
])
