import { type Context, Hono } from 'hono'
import { signInForApplications } from '../identity/host.ts'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import { respond } from '../web/layout.ts'
import { applicationLimit } from './application-limit.ts'
import type { DeveloperSide } from './developer-side.ts'
import { checkDraft, type Draft, emptyDraft, metadataOf, type Problems, problemsOf, readDraft } from './draft.ts'
import { formView } from './form-view.ts'
import { findKind, type KindOfApplication } from './kinds.ts'
import { applicationPath, kindView, listPath } from './list-view.ts'
import { ownClients } from './own-clients.ts'

/** The pages that make an application: first its kind, then the form of that kind. */
export function newApplicationPages(side: DeveloperSide): Hono {
  const { apiScopes, guard, provider, secrets, sessions } = side
  const pages = new Hono()

  pages.get('/new', async (c) => {
    if ((await sessions.current(c.req.raw)) === undefined) return c.redirect(signInForApplications, 303)
    return respond(c, 200, kindView())
  })

  pages.get('/new/:kind', async (c) => {
    if ((await sessions.current(c.req.raw)) === undefined) return c.redirect(signInForApplications, 303)
    const kind = findKind(c.req.param('kind'))
    return kind === undefined ? c.notFound() : respond(c, 200, view(c, kind, emptyDraft(kind, apiScopes), {}))
  })

  pages.post('/new/:kind', async (c) => {
    const signedIn = await sessions.current(c.req.raw)
    if (signedIn === undefined) return c.redirect('/login', 303)
    const kind = findKind(c.req.param('kind'))
    if (kind === undefined) return c.notFound()
    const form = await readForm(c)
    const draft = readDraft(form)
    const again = (status: 403 | 422, problems: Problems) => respond(c, status, view(c, kind, draft, problems))

    if (!guard.accepts(c, form)) return again(403, { form: refusedForm(side.baseUrl) })
    const problems = checkDraft(kind, draft)
    if (Object.keys(problems).length > 0) return again(422, problems)

    const clients = ownClients(provider, c.req.raw)
    const made = await clients.create({ ...metadataOf(kind, draft), ...kind.metadata })
    if ('refusal' in made) {
      return made.refusal.error === 'access_denied' ? again(403, tooMany) : again(422, problemsOf(made.refusal))
    }
    const { client_id, client_secret } = made.value
    // Every developer may build the API of this example: whoever has one of its tokens could call it anyway.
    if (kind.kind === 'api') await clients.standFor(client_id, [side.apiUrl])
    if (client_secret !== undefined) secrets.keep(signedIn.session.id, client_id, client_secret)
    return c.redirect(`${applicationPath(client_id)}?done=created`, 303)
  })

  function view(c: Context, kind: KindOfApplication, draft: Draft, problems: Problems) {
    return formView({
      ...{ kind, apiScopes, draft, problems, formToken: guard.field(c) },
      ...{ title: 'New application', button: 'Create application', action: `${listPath}/new/${kind.kind}` },
      back: { url: `${listPath}/new`, text: 'Choose another kind' },
    })
  }

  return pages
}

const tooMany: Problems = {
  form: `One account may have ${applicationLimit} applications. Delete one that you no longer need, or wait a moment if you have just made several.`,
}
