import type { BaseUser } from '@oauth/core'
import { type Html, html } from '../http/html.ts'
import type { Site } from '../site.ts'
import type { Language } from '../texts/languages.ts'

/** The name of a user, and what tells two accounts of one name apart. */
export function userName({ show }: Site, user: BaseUser): Html {
  const { name, detail } = show(user)
  return html`<strong><bdi>${name}</bdi></strong>${detail === undefined ? '' : html` <span class="host"><bdi>${detail}</bdi></span>`}`
}

/** The links between the pages of a user. */
export function accountLinks({ paths, ciba }: Site, { texts }: Language, here: string): Html {
  const links = [
    { path: paths.connectedApps, text: texts.connectedTitle },
    ...(ciba === undefined ? [] : [{ path: paths.approvals, text: texts.approvalsTitle }]),
    { path: paths.signOut, text: texts.signOut },
  ].filter(({ path }) => path !== here)
  return html`<nav>${links.map(({ path, text }) => html`<a href="${path}">${text}</a>`)}</nav>`
}
