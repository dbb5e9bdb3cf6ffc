import { type Branding, languageTexts, type PageTexts } from '@oauth/core/pages'
import type { Words } from '../options.ts'
import { type AllTexts, englishPageTexts, type OwnTexts } from './english.ts'
import { germanPageTexts } from './german.ts'

/** The texts of one language, and its tag. */
export interface Language {
  readonly tag: string
  readonly texts: AllTexts
}

/** The languages of the pages by their tags in lower case. */
export type Languages = ReadonlyMap<string, Language>

const builtIn: Readonly<Record<string, OwnTexts>> = { en: englishPageTexts, de: germanPageTexts }

/**
 * Returns the texts of all languages. The host's own replace the built-in ones; a text that is missing is that of the shorter
 * tag (`de` for `de-AT`), or else the English one.
 */
export function allLanguages(branding: Branding, own: Readonly<Record<string, Partial<AllTexts>>>): Languages {
  const core = languageTexts(branding)
  const given = new Map(Object.entries(own).map(([tag, texts]) => [tag.toLowerCase(), { tag, texts }]))
  const all = new Map<string, Language>()
  for (const key of new Set([...core.keys(), ...given.keys()])) {
    const [short = ''] = key.split('-')
    const shared = (core.get(key) ?? core.get(short) ?? core.get('en')) as {
      readonly tag: string
      readonly texts: PageTexts
    }
    const texts = {
      ...shared.texts,
      ...(builtIn[key] ?? builtIn[short] ?? englishPageTexts),
      ...given.get(short)?.texts,
      ...given.get(key)?.texts,
    }
    all.set(key, { tag: given.get(key)?.tag ?? core.get(key)?.tag ?? key, texts: Object.freeze(texts) })
  }
  return all
}

/** Returns the host's words in a language: those of the tag, of the shorter tag, the English ones, or the first. */
export function wordsIn(words: Words, { tag }: Pick<Language, 'tag'>): string {
  if (typeof words === 'string') return words
  const byTag = new Map(Object.entries(words).map(([key, text]) => [key.toLowerCase(), text]))
  const key = tag.toLowerCase()
  return byTag.get(key) ?? byTag.get(key.split('-')[0] as string) ?? byTag.get('en') ?? [...byTag.values()][0] ?? ''
}
