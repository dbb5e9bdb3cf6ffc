import type { Page } from '../contracts/page.ts'

/** The only script of a page, which submits its form. As old as it can be written: every browser understands it. */
export const submitScript = 'document.forms[0].submit()'
/** The source expression that allows this script and no other; a test holds it to the script. */
const submitScriptHash = 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='

/** Origins that may stand in a policy: without a space, semicolon or comma, which would end the directive. */
const origin = /^https?:\/\/[a-z0-9.:[\]-]+$/

/**
 * Makes the content security policy of a page. The page loads its logo and nothing else, has no script but that of
 * `form_post`, and stays out of frames. There is no `form-action`, because Chromium checks that along the whole chain of
 * redirects that a form starts.
 * @param byHost whether the host has made the page. It may then load styles, images and fonts of the server's own origin.
 */
export function securityPolicy({ kind, logoUrl, frames = [] }: Page, byHost: boolean): string {
  const self = byHost ? ["'self'"] : []
  const images = [
    ...self,
    ...(logoUrl === undefined ? [] : logoUrl.startsWith('data:') ? ['data:'] : policyOrigins([logoUrl])),
  ]
  return [
    "default-src 'none'",
    ['style-src', ...self, "'unsafe-inline'"].join(' '),
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(images.length === 0 ? [] : [`img-src ${images.join(' ')}`]),
    ...(byHost ? ["font-src 'self'"] : []),
    ...(kind === 'form_post' ? [`script-src '${submitScriptHash}'`] : []),
    ...(frames.length === 0 ? [] : [`frame-src ${policyOrigins(frames).join(' ')}`]),
  ].join('; ')
}

/** Returns the origins of URLs, for a policy. An origin with a character that has a meaning there is left out. */
export function policyOrigins(urls: readonly string[]): readonly string[] {
  return [...new Set(urls.map((url) => new URL(url).origin))].filter((one) => origin.test(one))
}
