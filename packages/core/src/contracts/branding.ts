import type { PageTexts } from './page-texts.ts'

/** Colours of buttons and links on the server's own pages, as `#rgb` or `#rrggbb`. */
export interface BrandingColours {
  /** For browsers in a light scheme. Default `#1d4ed8`. */
  readonly accent?: string | undefined
  /** For browsers in a dark scheme. Default: `accent`, or `#8ab4f8` without it. */
  readonly accentDark?: string | undefined
}

/** Links on the server's own pages: each a path of the application, or a URL with https (or http on a loopback host). */
export interface BrandingLinks {
  /** The way on from a page where the application to go back to is not known. */
  readonly home?: string | undefined
  readonly help?: string | undefined
  readonly privacy?: string | undefined
  readonly terms?: string | undefined
}

/** How the server's own pages look, and what they say. */
export interface BrandingOptions {
  /** The name of your service, at the top of every page, in its title, and in the question whether to sign out of it. */
  readonly name?: string | undefined
  /**
   * The logo, at the top of every page: a path of the application, a URL with https, or a `data:` URL of an image (PNG,
   * JPEG, GIF, WebP or SVG in base64). A URL of another site tells that site who opens a page.
   */
  readonly logoUrl?: string | undefined
  readonly colours?: BrandingColours | undefined
  readonly links?: BrandingLinks | undefined
  /** The language for a browser whose languages the server has no texts for. Default `en`. */
  readonly defaultLanguage?: string | undefined
  /**
   * Texts by language (BCP 47, for instance `fr` or `pt-BR`) and name. They replace the built-in texts (`en`, `de`) or add
   * a language; a text that is missing is that of the built-in language or else the English one.
   */
  readonly languages?: Readonly<Record<string, Partial<PageTexts>>> | undefined
}

/** The option `branding` after the check. */
export interface Branding {
  readonly name: string | undefined
  readonly logoUrl: string | undefined
  readonly colours: { readonly accent: string; readonly accentDark: string }
  readonly links: { readonly [Name in keyof BrandingLinks]?: string }
  readonly defaultLanguage: string
  /** The texts of the host, by the language in lower case. */
  readonly languages: ReadonlyMap<string, { readonly tag: string; readonly texts: Partial<PageTexts> }>
}
