import type { AskedClaim, LoginContext } from '@oauth/core'
import { type Html, html } from '../http/html.ts'
import type { Words } from '../options.ts'
import type { Site } from '../site.ts'
import { type Language, wordsIn } from '../texts/languages.ts'

/** What a list shows. */
interface Listed {
  readonly scopes: readonly string[]
  readonly claims?: readonly AskedClaim[]
  /** The id of the heading, which names the list. */
  readonly label: string
}

/** What an application asks for or has: a list under a heading. */
export function scopeList(site: Site, language: Language, { scopes, claims = [], label }: Listed): Html {
  const { texts } = language
  const rows = [
    ...scopes.map((scope) => ({ ...described(site.scopes, 'scope', scope, language), after: '' })),
    ...claims.map(({ name, essential }) => ({
      ...described(site.claims, 'claim', name, language),
      after: essential ? ` ${texts.essential}` : '',
    })),
  ]
  return html`<ul aria-labelledby="${label}">
${rows.map(({ words, code, after }) => html`<li>${words}${code === undefined ? '' : html` <code>${code}</code>`}${after}</li>\n`)}</ul>`
}

/** The words for a scope or a claim. One without words is named as it is, so that the user sees that it is there. */
function described(
  own: Readonly<Record<string, Words>> | undefined,
  kind: 'scope' | 'claim',
  name: string,
  language: Language,
) {
  const words = own !== undefined && Object.hasOwn(own, name) ? wordsIn(own[name] as Words, language) : undefined
  if (words !== undefined && words !== '') return { words }
  const { texts } = language
  const key = `${kind}.${name}`
  if (Object.hasOwn(texts, key)) return { words: texts[key as keyof typeof texts] }
  return { words: kind === 'scope' ? texts.unknownScope : texts.unknownClaim, code: name }
}

/** The APIs that the access is for. */
export function resourceList({ resources: own = {} }: Site, language: Language, resources: readonly string[]): Html {
  if (resources.length === 0) return html``
  const rows = resources.map((url) => {
    const words = Object.hasOwn(own, url) ? wordsIn(own[url] as Words, language) : undefined
    return html`<li>${words === undefined ? '' : `${words} `}<code>${url}</code></li>\n`
  })
  return html`<h2 id="resources">${language.texts.resources}</h2>
<ul aria-labelledby="resources">
${rows}</ul>`
}

/** What the user decides about, below what is decided already. */
export function askedAccess(
  site: Site,
  language: Language,
  asked: Pick<LoginContext, 'grantedScopes' | 'newScopes' | 'claims' | 'resources'>,
): Html {
  const { texts } = language
  const { grantedScopes, newScopes, claims, resources } = asked
  const granted =
    grantedScopes.length === 0
      ? ''
      : html`<h2 id="granted">${texts.hasAlready}</h2>
${scopeList(site, language, { scopes: grantedScopes, label: 'granted' })}`
  const fresh =
    newScopes.length + claims.length === 0
      ? ''
      : html`<h2 id="asked">${texts.asksTo}</h2>
${scopeList(site, language, { scopes: newScopes, claims, label: 'asked' })}`
  return html`${granted}
${fresh}
${resourceList(site, language, resources)}`
}
