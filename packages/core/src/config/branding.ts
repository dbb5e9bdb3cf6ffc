import * as v from 'valibot'
import type { Branding, BrandingLinks, BrandingOptions } from '../contracts/branding.ts'
import { builtInLanguages, englishTexts } from '../contracts/page-texts.ts'
import { linkProblem } from '../protocol/redirect-uri.ts'
import { shownText } from '../protocol/shown-text.ts'

/** Text of the host on a page: escaping makes it harmless, so this only finds what no reader should get. */
const shown = (longest: number) =>
  v.pipe(
    v.string(),
    v.nonEmpty('must not be empty'),
    v.maxLength(longest, `must have at most ${longest} characters`),
    v.regex(shownText, 'must not have control characters, line breaks or marks that change the direction of text'),
  )
/** Hexadecimal alone, so that nothing else can get into the style sheet and the contrast can be computed. */
const colour = v.pipe(
  v.string(),
  v.regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'must be a colour as #rgb or #rrggbb, for instance #1d4ed8'),
)
const url = v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty')))
const language = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/i, 'must be a language tag, for instance fr or pt-BR'),
)
const texts = v.strictObject(
  Object.fromEntries(Object.keys(englishTexts).map((name) => [name, v.optional(shown(1000))])),
)

/** The option `branding`. */
export const brandingSchema: v.GenericSchema = v.strictObject({
  name: v.optional(shown(100)),
  logoUrl: url,
  colours: v.optional(v.strictObject({ accent: v.optional(colour), accentDark: v.optional(colour) })),
  links: v.optional(v.strictObject({ home: url, help: url, privacy: url, terms: url })),
  defaultLanguage: v.optional(language),
  languages: v.optional(v.record(language, texts)),
})

/** An image in the URL itself. A browser runs no script of an SVG that is an image. */
const dataImage = /^data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/
/** The longest logo in a URL, in characters: it is in every page. */
const longestLogo = 100_000

/**
 * Resolves the option `branding`: paths become absolute URLs, and what is missing gets its default.
 * @throws {TypeError} that names the member and says what is wrong
 */
export function resolveBranding(options: BrandingOptions = {}, baseUrl: string): Branding {
  const { name, logoUrl, colours = {}, links = {}, defaultLanguage = 'en', languages = {} } = options
  const { accent, accentDark } = colours
  const known = new Map(Object.entries(languages).map(([tag, texts]) => [tag.toLowerCase(), { tag, texts }]))
  const chosen = defaultLanguage.toLowerCase()
  if (!known.has(chosen) && !builtInLanguages.includes(chosen)) {
    throw new TypeError(
      `branding.defaultLanguage: there are no texts in ${defaultLanguage}: add them as branding.languages.${defaultLanguage}`,
    )
  }
  return Object.freeze<Branding>({
    name,
    logoUrl: logoUrl === undefined ? undefined : resolveLogo(logoUrl, baseUrl),
    colours: Object.freeze({ accent: accent ?? '#1d4ed8', accentDark: accentDark ?? accent ?? '#8ab4f8' }),
    links: Object.freeze(resolveLinks(links, baseUrl)),
    defaultLanguage: chosen,
    languages: known,
  })
}

function resolveLogo(logo: string, baseUrl: string): string {
  if (!logo.startsWith('data:')) return resolveLink('logoUrl', logo, baseUrl)
  if (!dataImage.test(logo)) {
    throw new TypeError(
      'branding.logoUrl: must be an image in base64, data:image/png;base64,… (or jpeg, gif, webp, svg+xml)',
    )
  }
  if (logo.length > longestLogo) {
    throw new TypeError(`branding.logoUrl: has more than ${longestLogo} characters: use a smaller image or a URL`)
  }
  return logo
}

function resolveLinks(links: BrandingLinks, baseUrl: string): Branding['links'] {
  const given = Object.entries(links).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return Object.fromEntries(given.map(([name, link]) => [name, resolveLink(`links.${name}`, link, baseUrl)]))
}

function resolveLink(name: string, link: string, baseUrl: string): string {
  const absolute = /^\/(?!\/)/.test(link) && URL.canParse(link, baseUrl) ? new URL(link, baseUrl).href : link
  const problem = linkProblem(absolute)
  if (problem === undefined) return absolute
  throw new TypeError(`branding.${name}: ${problem}; it must be a path, as /privacy is, or a URL with https`)
}
