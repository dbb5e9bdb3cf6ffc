import { type Html, html } from '../http/html.ts'
import type { DetailsView } from '../options.ts'
import type { Site } from '../site.ts'

/** What the feature `richAuthorizationRequests` tells a page of one element of `authorization_details`. */
interface ShownDetails {
  readonly details: { readonly type: string } & Readonly<Record<string, unknown>>
  readonly description?: string
}

/** Returns the authorization details of a request as the page shows them. */
export function detailsOf(
  { describeDetails }: Site,
  parameters: Readonly<Record<string, unknown>>,
  language: string,
): readonly DetailsView[] {
  const shown = (parameters.authorization_details ?? []) as readonly ShownDetails[]
  return shown.map(({ details, description }) => {
    if (describeDetails !== undefined) return checked(describeDetails(details, language))
    const { type, ...members } = details
    return { title: description ?? type, facts: flattened(members) }
  })
}

/**
 * Returns what lists say of authorization details. A list that also lets the user take something back is shown even when the
 * host does not know one of the types any more.
 */
export function detailTitles(
  site: Site,
  parameters: Readonly<Record<string, unknown>>,
  language: string,
): readonly string[] {
  try {
    return detailsOf(site, parameters, language).map(({ title }) => title)
  } catch (thrown) {
    site.onError(thrown)
    return []
  }
}

function checked(view: DetailsView): DetailsView {
  if (typeof view?.title === 'string' && Array.isArray(view.facts)) return view
  throw new TypeError('createPages: describeDetails must answer with { title, facts }')
}

/**
 * Every member with its value; what is inside of another one is named by both. An object without members is shown, too: that it
 * is there may be what the user approves.
 */
function flattened(value: object, before = ''): readonly (readonly [string, string])[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const label = before + name
    if (Array.isArray(inner) && inner.every((one) => typeof one !== 'object' || one === null)) {
      return [[label, inner.join(', ')] as const]
    }
    if (typeof inner !== 'object' || inner === null) return [[label, String(inner)] as const]
    return Object.keys(inner).length === 0 ? [[label, '{}'] as const] : flattened(inner, `${label}.`)
  })
}

export function detailsView(views: readonly DetailsView[]): Html {
  return html`${views.map(
    ({ title, facts }) => html`<h2>${title}</h2>
<dl>
${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>\n`)}</dl>
`,
  )}`
}

/** What the two buttons say. */
interface ButtonTexts {
  readonly approve: string
  readonly refuse: string
}

/** The texts of the buttons: those of the details when there is one element, which is then what the answer is about. */
export function buttonTexts(views: readonly DetailsView[], otherwise: ButtonTexts): ButtonTexts {
  const [view, another] = views
  if (view === undefined || another !== undefined) return otherwise
  return { approve: view.approve ?? otherwise.approve, refuse: view.refuse ?? otherwise.refuse }
}
