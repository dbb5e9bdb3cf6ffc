/** The result of `provider.ready()`. */
export interface Readiness {
  readonly ok: boolean
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly problem?: string }[]
}

/** Milliseconds for which a result of `/readyz` is reused, so that many requests cause one check of the storage. */
const keptMilliseconds = 1000

/**
 * Two pages for the operator of the process: `/healthz` answers 200 while the process runs, without a check; `/readyz`
 * answers 200 or 503 by the result of `ready`. Neither page shows what is wrong: each new problem goes to `log` once.
 * @returns a function that answers requests for these pages, and returns `undefined` for any other request
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
      // A problem together with `ok: true` is a warning, which goes to the log as well.
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
