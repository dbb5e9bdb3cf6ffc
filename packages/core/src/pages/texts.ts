import type { Branding } from '../contracts/branding.ts'
import type { Context } from '../contracts/context.ts'
import { englishTexts, type PageTextName, type PageTexts } from '../contracts/page-texts.ts'
import { queryOf } from '../http/target.ts'
import { germanTexts } from './german-texts.ts'
import { chooseLanguage } from './language.ts'

/** The texts of one language, and its tag. */
export interface LanguageTexts {
  readonly tag: string
  readonly texts: PageTexts
}

/** Returns the texts of all languages, those of the host over the built-in ones, by the tag in lower case. */
export function languageTexts(branding: Pick<Branding, 'languages'>): ReadonlyMap<string, LanguageTexts> {
  const builtIn: Readonly<Record<string, PageTexts>> = { en: englishTexts, de: germanTexts }
  const all = new Map(Object.entries(builtIn).map(([tag, texts]) => [tag, { tag, texts }]))
  for (const [key, { tag, texts }] of branding.languages) {
    const base = builtIn[key] ?? builtIn[key.split('-')[0] as string] ?? englishTexts
    all.set(key, { tag, texts: { ...base, ...texts } })
  }
  // The hook renderPage gets them, and all requests share them.
  for (const { texts } of all.values()) Object.freeze(texts)
  return all
}

const allTexts = ({ config }: Context): ReadonlyMap<string, LanguageTexts> => languageTexts(config.branding)

/**
 * Returns the texts in the language of a request.
 * @param uiLocales the `ui_locales` of an earlier request that the page belongs to. Default: those in the URL
 */
export function textsFor(ctx: Context, request: Request, uiLocales: string | undefined): LanguageTexts {
  const all = ctx.once(allTexts)
  const wanted = uiLocales ?? new URLSearchParams(queryOf(request.url)).get('ui_locales') ?? undefined
  const accepted = request.headers.get('accept-language')
  const { defaultLanguage } = ctx.config.branding
  return all.get(chooseLanguage(wanted, accepted, (tag) => all.has(tag), defaultLanguage)) as LanguageTexts
}

/** Characters of scripts that are written from right to left. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/

/** Fills values into a text. A value is isolated where it could change the order of the text around it. */
export function fillText(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? (values[name] as string) : placeholder
    return rightToLeft.test(text + value) ? `\u2068${value}\u2069` : value
  })
}

/** Returns a text of `englishTexts` in another language, and any other text as it is. */
export function translate(text: string, texts: PageTexts): string {
  for (const name in englishTexts) {
    if (englishTexts[name as PageTextName] === text) return texts[name as PageTextName]
  }
  return text
}

/** Makes a sentence of a text: with a capital letter and a full stop. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…。؟]$/.test(text) ? '' : '.')
}
