import { escapeHtml, pageHeaders, render } from './html.ts'

/** Origins that are allowed in `frame-src`: without a space, semicolon or comma, which would end the directive. */
const sourcePattern = /^https?:\/\/[a-z0-9.:[\]-]+$/

/**
 * Makes a page that loads URLs of other sites in hidden frames and then continues, without a script: a browser counts
 * the seconds of `Refresh` from the time at which all frames are loaded. A link lets the user go on at once.
 * @param next the URL to continue at; without it the page stays
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

/** The page in the frame may run scripts and use its cookies, but may not navigate the whole window. */
function frameHtml(url: string): string {
  return `<iframe hidden sandbox="allow-scripts allow-same-origin allow-forms" src="${escapeHtml(url)}"></iframe>`
}
