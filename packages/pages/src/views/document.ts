import type { Branding } from '@oauth/core'
import { directionOf, policyOrigins, styleSheet } from '@oauth/core/pages'
import { type Html, html, trusted } from '../http/html.ts'
import { base64url } from '../http/random.ts'
import type { Language } from '../texts/languages.ts'
import { pageStyle } from './style.ts'

/** The content of a page. */
export interface Content {
  readonly title: string
  readonly body: Html
  /** Where pictures of clients come from: URLs with https. */
  readonly pictures?: readonly string[]
  /** URLs of clients that the browser loads in hidden frames, after a sign-out. */
  readonly frames?: readonly string[]
}

/** What all pages of one provider have in common. */
export interface Look {
  readonly branding: Branding
  readonly css: string
  /** The source expression that allows the style sheet and no other style. */
  readonly cssHash: string
}

export async function createLook(branding: Branding): Promise<Look> {
  const css = `${styleSheet(branding.colours)}\n${pageStyle}`
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(css))
  const base64 = base64url(new Uint8Array(digest)).replaceAll('-', '+').replaceAll('_', '/')
  return { branding, css, cssHash: `sha256-${base64.padEnd(44, '=')}` }
}

/** Makes the whole page. */
export function pageDocument({ branding, css }: Look, { tag, texts }: Language, content: Content): Html {
  const { name, logoUrl, links } = branding
  const title = name === undefined ? content.title : `${content.title} – ${name}`
  const brand = [
    logoUrl === undefined ? undefined : html`<img src="${logoUrl}" alt="">`,
    name === undefined ? undefined : html`<span>${name}</span>`,
  ]
  const footer = (['help', 'privacy', 'terms'] as const).flatMap((kind) =>
    links[kind] === undefined ? [] : [html`<a href="${links[kind]}" rel="noreferrer">${texts[kind]}</a>`],
  )
  return html`<!doctype html>
<html lang="${tag}" dir="${directionOf(tag)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${
  logoUrl === undefined
    ? ''
    : html`<link rel="icon" href="${logoUrl}">
`
}<style>${trusted(css)}</style>
</head>
<body>
${name === undefined && logoUrl === undefined ? '' : html`<header>${brand}</header>`}
<main>
${content.body}
${content.frames?.map((url) => html`<iframe hidden sandbox="allow-scripts allow-same-origin allow-forms" src="${url}"></iframe>`)}
</main>
${footer.length === 0 ? '' : html`<footer>${footer}</footer>`}
</body>
</html>
`
}

/**
 * Makes the content security policy of a page: no script, one style sheet, no frame around it. There is no `form-action`,
 * because Chromium checks it along the whole chain of redirects that a form starts, and that chain ends at the client.
 */
export function policyOf({ branding: { logoUrl }, cssHash }: Look, { pictures = [], frames = [] }: Content): string {
  const logo = logoUrl === undefined ? [] : logoUrl.startsWith('data:') ? ['data:'] : policyOrigins([logoUrl])
  const images = [...new Set([...logo, ...policyOrigins(pictures)])]
  return [
    "default-src 'none'",
    `style-src '${cssHash}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(images.length === 0 ? [] : [`img-src ${images.join(' ')}`]),
    ...(frames.length === 0 ? [] : [`frame-src ${policyOrigins(frames).join(' ')}`]),
  ].join('; ')
}
