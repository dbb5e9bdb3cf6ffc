/** What `provider.ready()` answers. */
export interface Readiness {
  readonly ok: boolean
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly problem?: string }[]
}

/** How long an answer of `/readyz` stands, in milliseconds: however often strangers ask, the storage is asked once. */
const keptMilliseconds = 1000

/**
 * Two pages for whoever runs the process: `/healthz` answers 200 while it is up and asks nothing, `/readyz` answers 200
 * or 503 by what `ready` finds. Neither tells a stranger what is wrong: that goes to `log`, once for each new problem.
 * @returns a function that answers a request for either page, and `undefined` for any other request
 */
export function healthPages(
  ready: () => Promise<Readiness>,
  log: (problem: unknown) => void,
): (request: Request) => Promise<Response> | undefined {
  let latest: { readonly readiness: Promise<Readiness>; readonly until: number } | undefined
  let logged = ''

  async function look(): Promise<Readiness> {
    try {
      const readiness = await ready()
      // A problem beside `ok: true` is a warning, and belongs into the log as well.
      const problems = readiness.checks.filter(({ ok, problem }) => !ok || problem !== undefined)
      report(problems.map(({ name, problem = 'failed' }) => `${name}: ${problem}`).join('; '))
      return readiness
    } catch (error) {
      report(String(error), error)
      return { ok: false, checks: [] }
    }
  }

  function report(problem: string, cause: unknown = `readiness: ${problem}`): void {
    if (problem !== '' && problem !== logged) log(cause)
    logged = problem
  }

  function readiness(): Promise<Readiness> {
    const now = performance.now()
    if (latest === undefined || now >= latest.until) latest = { readiness: look(), until: now + keptMilliseconds }
    return latest.readiness
  }

  async function readyz(): Promise<Response> {
    const { ok, checks } = await readiness()
    return answer(ok ? 200 : 503, { ok, checks: checks.map(({ name, ok: isFine }) => ({ name, ok: isFine })) })
  }

  return ({ method, url }) => {
    const { pathname } = new URL(url)
    if (pathname !== '/healthz' && pathname !== '/readyz') return undefined
    if (method !== 'GET' && method !== 'HEAD')
      return Promise.resolve(answer(405, { ok: false }, { allow: 'GET, HEAD' }))
    return pathname === '/healthz' ? Promise.resolve(answer(200, { ok: true })) : readyz()
  }
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}
