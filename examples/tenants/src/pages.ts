import type { Provider } from '@oauth/core'
import type { Tenants } from '@oauth/core/tenants'
import { type Customer, findCustomer, tenantIds } from './customers.ts'
import { type DemoClient, demoClient } from './demo-client.ts'
import { escapeHtml, notFound, page, redirect } from './layout.ts'
import { startSession } from './sessions.ts'

interface Visit {
  readonly request: Request
  readonly tenant: string
  readonly customer: Customer
  readonly provider: Provider
  /** The URL below which the pages of the tenant are. */
  readonly home: string
}

/** Makes the pages of the service: a list of the tenants, and for each a demo, the login and the consent page. */
export function makePages(tenants: Tenants, baseUrl: string): (request: Request) => Promise<Response> {
  const client = demoClient(tenants)
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/') return list()
    const tenant = tenants.tenantOf(request)
    const [provider, customer] =
      tenant === undefined ? [] : [await tenants.provider(tenant), await findCustomer(tenant)]
    if (tenant === undefined || provider === undefined || customer === undefined) return notFound()
    const visit: Visit = { request, tenant, customer, provider, home: `${baseUrl}/t/${tenant}` }
    switch (pathname.slice(`/t/${tenant}`.length)) {
      case '/start':
        return redirect(await client.begin(provider, visit.home))
      case '/callback':
        return result(visit, client)
      case '/login':
        return request.method === 'POST' ? signIn(visit) : login(visit)
      case '/consent':
        return consent(visit)
      default:
        return notFound()
    }
  }
}

async function list(): Promise<Response> {
  const links = await Promise.all(
    tenantIds.map(async (tenant) => {
      const name = escapeHtml((await findCustomer(tenant))?.name ?? tenant)
      return `<a class="button" href="/t/${tenant}/start">Sign in at ${name}</a>`
    }),
  )
  return page(
    'One service, many issuers',
    `<p>Each customer has an issuer of its own, with its own users, clients and keys.</p><div class="actions">${links.join('')}</div>`,
  )
}

function login({ request, customer }: Visit): Response {
  const state = escapeHtml(new URL(request.url).searchParams.get('state') ?? '')
  const users = customer.users.map(
    ({ id, name }) => `<button name="user" value="${escapeHtml(id)}">Continue as ${escapeHtml(name)}</button>`,
  )
  const form = `<form method="post" action="login?state=${state}">${users.join('')}</form>`
  const text = '<p>A real page asks for a password or a passkey here.</p>'
  return page(`Sign in at ${customer.name}`, `${text}<div class="actions">${form}</div>`, customer)
}

async function signIn({ request, tenant, customer, provider, home }: Visit): Promise<Response> {
  // A form of another site must not sign anybody in.
  if (request.headers.get('origin') !== new URL(home).origin) return notFound()
  const context = await provider.tryResolveLoginContext(request)
  const id = new URLSearchParams(await request.text()).get('user')
  const user = customer.users.find((one) => one.id === id)
  if (context === undefined || user === undefined) return notFound()
  return redirect(context.returnTo, startSession(tenant, user, home.startsWith('https:')))
}

async function consent({ request, customer, provider }: Visit): Promise<Response> {
  const context = await provider.tryResolveLoginContext(request)
  if (context === undefined) return notFound()
  const form = `<form method="post" action="${escapeHtml(context.consentEndpoint)}">
<input type="hidden" name="state" value="${escapeHtml(context.state)}">
<button name="accept" value="true">Allow</button><button class="quiet" name="accept" value="false">Do not allow</button></form>`
  const name = escapeHtml(context.clientName)
  const text = `<p><strong>${name}</strong> wants to know your name and your email address.</p>`
  return page(`Share your profile of ${customer.name}?`, `${text}<div class="actions">${form}</div>`, customer)
}

async function result({ request, customer, provider, home }: Visit, client: DemoClient): Promise<Response> {
  const claims = await client.finish(provider, home, new URL(request.url).searchParams)
  const back = '<div class="actions"><a class="button" href="/">All customers</a></div>'
  if (claims === undefined) return page('Not signed in', `<p>Nobody was signed in.</p>${back}`, customer)
  const rows = ['iss', 'sub', 'name', 'email'].map(
    (name) => `<dt>${name}</dt><dd>${escapeHtml(String(claims[name] ?? '–'))}</dd>`,
  )
  return page(`Signed in at ${customer.name}`, `<p>The ID token says:</p><dl>${rows.join('')}</dl>${back}`, customer)
}
