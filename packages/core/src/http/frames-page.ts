import { escapeHtml, pageHeaders, render } from './html.ts'

/** What may be in a `frame-src`: an origin has no space, semicolon or comma, which would end it. */
const sourcePattern = /^https?:\/\/[a-z0-9.:[\]-]+$/

/**
 * A page that loads URLs of other sites in frames that nobody sees, and then goes on, without a script: a browser counts
 * the seconds of `Refresh` from the end of the load, frames and all. Who does not want to wait has a link.
 * @param next where it goes on to; without it the page stays
 */
export function framesPage(
  title: string,
  paragraphs: readonly string[],
  frames: readonly string[],
  next: string | undefined,
): Response {
  const sources = [...new Set(frames.map((frame) => new URL(frame).origin))].filter((one) => sourcePattern.test(one))
  const policy = `${pageHeaders['content-security-policy']}; frame-src ${sources.join(' ')}`
  const body = [
    ...paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`),
    ...(next === undefined ? [] : [`<p><a id="continue" href="${escapeHtml(next)}" rel="noreferrer">Continue</a></p>`]),
    ...frames.map(frameHtml),
  ]
  return render(200, title, body.join('\n'), {
    'content-security-policy': policy,
    ...(next !== undefined && { refresh: `1; url=${next}` }),
  })
}

/** A page in it may run and know itself by its cookies, and may not take the whole window. */
function frameHtml(url: string): string {
  return `<iframe hidden sandbox="allow-scripts allow-same-origin allow-forms" src="${escapeHtml(url)}"></iframe>`
}
