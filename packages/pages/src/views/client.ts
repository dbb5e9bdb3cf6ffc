import type { LoginContext } from '@oauth/core'
import { policyOrigins } from '@oauth/core/pages'
import { type Html, html } from '../http/html.ts'
import type { Site } from '../site.ts'
import { fill } from '../texts/fill.ts'
import type { Language } from '../texts/languages.ts'

type Client = Pick<
  LoginContext,
  'clientId' | 'clientName' | 'clientIdHost' | 'clientUri' | 'logoUri' | 'policyUri' | 'tosUri' | 'selfRegistered'
>

/** The name of a client, which it gave itself. */
export function clientName({ clientName: name }: Pick<Client, 'clientName'>): Html {
  return html`<bdi class="name">${name}</bdi>`
}

/**
 * Returns the logo of a client, when the host wants it shown: only with https or from the origin of the pages, and only of a
 * host that can stand in the policy that allows the picture.
 */
export function logoOf({ showsLogo, origin }: Site, { clientId, logoUri, selfRegistered }: Client): string | undefined {
  if (logoUri === undefined || policyOrigins([logoUri]).length === 0) return undefined
  if (!logoUri.startsWith('https://') && new URL(logoUri).origin !== origin) return undefined
  // The promise of an asynchronous function is no permission.
  return showsLogo({ clientId, selfRegistered }) === true ? logoUri : undefined
}

/** The mark of a client: its logo, which is loaded without a referrer, or the first letter of its name. */
export function mark(client: Client, logo: string | undefined): Html {
  if (logo !== undefined) return html`<img src="${logo}" alt="" width="48" height="48" referrerpolicy="no-referrer">`
  const [letter = '?'] = client.clientName.match(/[\p{L}\p{N}]/u) ?? []
  return html`<span class="letter" aria-hidden="true">${letter.toUpperCase()}</span>`
}

/** A warning for clients that nobody has checked. Of a client that is a document, the host is verified. */
export function unverified(
  { selfRegistered, clientIdHost }: Pick<Client, 'selfRegistered' | 'clientIdHost'>,
  { texts }: Language,
): Html {
  if (clientIdHost !== undefined) {
    const text = fill(texts.unverifiedDocument, { host: html`<strong><bdi>${clientIdHost}</bdi></strong>` })
    return html`<p class="warning" role="note">${text}</p>`
  }
  return selfRegistered ? html`<p class="warning" role="note">${texts.unverified}</p>` : html``
}

/** The links that a client has registered. They open beside this page, which the user has not finished. */
export function clientLinks(client: Client, { texts }: Language): Html {
  const links = [
    { text: texts.website, url: client.clientUri },
    { text: texts.privacyPolicy, url: client.policyUri },
    { text: texts.termsOfService, url: client.tosUri },
  ].filter(({ url }) => url !== undefined && /^https?:\/\//.test(url))
  if (links.length === 0) return html``
  const anchors = links.map(
    ({ text, url }) => html` <a href="${url}" rel="noopener noreferrer" target="_blank">${text}</a>`,
  )
  return html`<p class="aside">${fill(texts.moreAbout, { client: clientName(client) })}${anchors}</p>`
}
