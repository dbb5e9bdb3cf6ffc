import { OAuthError } from '@oauth/core'
import type { BackchannelRequest } from '@oauth/core/features/backchannel-authentication'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { paymentsIn } from '../payments/payment-view.ts'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import { alert, type Page, respond } from '../web/layout.ts'
import { type Approval, approvalPath, approvalsView, approvalView } from './approval-view.ts'
import { type Host, signInFor } from './host.ts'
import type { SignedIn } from './sessions.ts'

/**
 * The pages on which a user answers clients that ask through the back channel (CIBA), for instance agents: the list of what
 * waits, and one page for each request, to which the notification links.
 */
export function approvalPages(host: Host): Hono {
  const pages = new Hono()
  const { ciba, richAuthorizationRequests } = host.provider.features

  pages.get('/approvals', async (c) => {
    const signedIn = await host.sessions.current(c.req.raw)
    if (signedIn === undefined) return c.redirect(signInFor('approvals'), 303)
    const waiting = (await ciba.list(signedIn.user.id)).map(withPayments)
    const said = answers[c.req.query('answer') as keyof typeof answers]
    return respond(c, 200, {
      party: 'identity',
      title: 'Approvals',
      body: html`<h1>Approvals</h1>
<p class="lead">Applications that ask <strong>${signedIn.user.name}</strong> for something now</p>
${said === undefined ? '' : html`<p class="notice" role="status">${said}</p>`}
${approvalsView(waiting)}
<p class="aside"><a href="/approvals">Look again</a> <a href="/connected-apps">Connected apps</a> <a href="/">Start page</a></p>`,
    })
  })

  pages.get('/approvals/:id', async (c) => {
    const signedIn = await host.sessions.current(c.req.raw)
    const id = c.req.param('id')
    if (signedIn === undefined) return c.redirect(signInFor(`approvals/${id}`), 303)
    const request = await find(id, signedIn)
    return request === undefined ? over(c) : respond(c, 200, page(c, request, signedIn))
  })

  pages.post('/approvals/:id', async (c) => {
    const signedIn = await host.sessions.current(c.req.raw)
    const id = c.req.param('id')
    if (signedIn === undefined) return c.redirect(signInFor(`approvals/${id}`), 303)
    const request = await find(id, signedIn)
    if (request === undefined) return over(c)
    const form = await readForm(c)
    if (!host.guard.accepts(c, form)) {
      return respond(c, 403, page(c, request, signedIn, refusedForm(host.baseUrl)))
    }
    return answer(c, request, signedIn, form.get('approve'))
  })

  async function answer(c: Context, request: BackchannelRequest, signedIn: SignedIn, said: string) {
    if (said !== 'true' && said !== 'false') return c.redirect(approvalPath(request.id), 303)
    const { user, session } = signedIn
    const approved = said === 'true'
    try {
      const decision = approved ? ({ approved, userId: user.id, session } as const) : { approved, userId: user.id }
      const outcome = await ciba.decide(request.id, decision)
      return outcome === 'decided' ? c.redirect(`/approvals?answer=${approved ? 'approved' : 'refused'}`, 303) : over(c)
    } catch (thrown) {
      if (!(thrown instanceof OAuthError && needsSignIn.has(thrown.code))) throw thrown
      return respond(c, 403, page(c, request, signedIn, signInAgain))
    }
  }

  /** Finds a request of this user. To any other user it does not exist. */
  async function find(id: string, { user }: SignedIn): Promise<BackchannelRequest | undefined> {
    const request = await ciba.find(id)
    return request?.userId === user.id ? request : undefined
  }

  function withPayments(request: BackchannelRequest): Approval {
    return { request, payments: paymentsIn(richAuthorizationRequests.shown(request)) }
  }

  function page(c: Context, request: BackchannelRequest, { user }: SignedIn, error?: string): Page {
    const body = approvalView(withPayments(request), user, host.guard.field(c))
    return { party: 'identity', title: `${request.clientName} asks you`, body: html`${alert(error)}${body}` }
  }

  function over(c: Context) {
    return respond(c, 404, {
      party: 'identity',
      title: 'Nothing to answer',
      body: html`<h1>Nothing to answer</h1>
<p>This request was answered, has expired, or asks another account.</p>
<p class="aside"><a href="/approvals">Approvals</a> <a href="/">Start page</a></p>`,
    })
  }

  return pages
}

const answers = {
  approved: 'Approved. The application has its answer now.',
  refused: 'Refused. The application gets nothing.',
}

/** The client demands a newer or a stronger sign-in than this session has. */
const needsSignIn: ReadonlySet<string> = new Set(['login_required', 'unmet_authentication_requirements'])
const signInAgain = 'This needs a newer sign-in: sign out, sign in again, and come back to this page.'
