import { html } from '../http/html.ts'
import type { Shown } from '../http/response.ts'
import { type Site, show, type Visit } from '../site.ts'
import { homeOf } from '../ways.ts'

/** The page for a step of an authorization that has expired, is done, or began in another browser. */
export function overPage(site: Site, visit: Visit): Shown {
  const { texts } = visit.language
  const body = html`<h1>${texts.requestOverTitle}</h1>
<p>${texts.requestOverText}</p>
<p><a href="${homeOf(site)}">${texts.home}</a></p>`
  return show(site, visit, 400, { title: texts.requestOverTitle, body })
}

/** The page for what a function of the host or the storage threw. It tells the user nothing of it. */
export function failurePage(site: Site, visit: Visit, status: 500 | 503): Shown {
  const { texts } = visit.language
  const body = html`<h1>${texts.failureTitle}</h1>
<p role="alert">${texts.failureText}</p>`
  return show(site, visit, status, { title: texts.failureTitle, body })
}

/** The page for an address below the pages at which there is nothing. */
export function notFoundPage(site: Site, visit: Visit): Shown {
  const { texts } = visit.language
  const body = html`<h1>${texts.notFoundTitle}</h1>
<p>${texts.notFoundText}</p>
<p><a href="${homeOf(site)}">${texts.home}</a></p>`
  return show(site, visit, 404, { title: texts.notFoundTitle, body })
}
