import { reply } from './reply.ts'

/** Escapes a text for HTML text and for values of quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What every page of the server forbids: frames around it, sniffing of its type, referrers, and keeping it. */
const pageHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'text/html; charset=utf-8',
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
})

/**
 * Makes the response of a page. The headers that protect the page are the same for every page, and `headers` cannot
 * replace them.
 * @param policy the content security policy
 */
export function htmlResponse(
  status: number,
  html: string,
  policy: string,
  headers?: Readonly<Record<string, string>>,
): Response {
  return reply(status, { ...headers, ...pageHeaders, 'content-security-policy': policy }, html)
}
