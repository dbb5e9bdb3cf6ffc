import type { Page, PageKind, RenderedPage, RenderPage } from '../contracts/page.ts'
import { withinSeconds } from './deadline.ts'
import { kindOf, wrongAnswer } from './wrong-answer.ts'

/** How long the hook may take, in seconds. The user waits for the page meanwhile, and the built-in one is there at once. */
const patience = 3

/** The longest page, in characters. */
const longest = 1_000_000

/**
 * Wraps the hook `renderPage` so that its answer is checked. It must be a whole page, and contain the form and the frames
 * of the built-in one as they are: with another form the response would not reach the client.
 */
export function checkedRenderPage(hook: RenderPage): (page: Page) => Promise<RenderedPage | undefined> {
  return async (page) => {
    const made = await withinSeconds('renderPage', patience, async () => read(await hook(page)))
    if (made === undefined) return undefined
    if (!/<html[\s>]/i.test(made.html)) throw new TypeError('renderPage: the page must be HTML with an html element')
    if (made.html.length > longest) throw new TypeError(`renderPage: the page has more than ${longest} characters`)
    for (const part of ['formHtml', 'framesHtml'] as const) {
      if (page[part] === undefined || made.html.split(page[part]).length === 2) continue
      throw new TypeError(`renderPage: a page of the kind ${page.kind} must contain page.${part} once and unchanged`)
    }
    if (page.formHtml !== undefined) checkBefore(made.html.slice(0, made.html.indexOf(page.formHtml)), page.kind)
    return made
  }
}

/** Reads the answer of the hook; `undefined` for the built-in page. */
function read(answer: unknown): RenderedPage | undefined | Promise<RenderedPage> {
  if (answer === undefined || answer === null) return undefined
  return typeof answer === 'string' ? { html: answer } : readResponse(answer)
}

/**
 * Checks what a page has before its form. A browser drops a form inside of another one, and the script of `form_post` submits
 * the first form of the page.
 */
function checkBefore(html: string, kind: PageKind): void {
  const count = (tag: RegExp): number => html.match(tag)?.length ?? 0
  if (kind === 'form_post' && count(/<form\b/gi) > 0) {
    throw new TypeError('renderPage: a page of the kind form_post must have no other form before page.formHtml')
  }
  if (count(/<form\b/gi) > count(/<\/form\b/gi) || count(/<!--/g) > count(/-->/g)) {
    throw new TypeError(
      `renderPage: page.formHtml of a page of the kind ${kind} is inside of another form or a comment`,
    )
  }
}

/** Reads the HTML of a `Response`. Of its headers only a content security policy counts: a further one can only forbid more. */
async function readResponse(answer: unknown): Promise<RenderedPage> {
  // Of a framework or another realm it is no `instanceof Response` here.
  const { headers, text } = (answer ?? {}) as Partial<Response>
  if (typeof text !== 'function' || typeof headers?.get !== 'function') {
    throw wrongAnswer('renderPage', 'HTML, a Response or undefined', answer)
  }
  const type = headers.get('content-type')
  if (type?.toLowerCase().startsWith('text/html') !== true) {
    throw new TypeError(`renderPage: the Response must have the content-type text/html; it has ${type ?? 'none'}`)
  }
  const html: unknown = await text.call(answer)
  if (typeof html !== 'string')
    throw new TypeError(`renderPage: the text of the Response must be a string; it is ${kindOf(html)}`)
  const policy = headers.get('content-security-policy')
  if (policy && !/^[ -~]+$/.test(policy)) {
    throw new TypeError('renderPage: the content-security-policy of the Response must be one line of ASCII')
  }
  return { html, ...(policy && { policy }) }
}
