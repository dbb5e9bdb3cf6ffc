import type { BrandingOptions } from '../../contracts/branding.ts'
import type { RenderPage } from '../../contracts/page.ts'

/** How the pages look that the server makes itself: errors, signing out, and responses in a form. */
export interface PageOptions {
  /**
   * Name, logo, colours, links and texts of the server's own pages. The texts are there in English and German; the
   * language is the first of the request's `ui_locales`, or else of the browser, that there are texts for. Default: pages
   * without name, logo and links.
   * @example
   * branding: {
   *   name: 'Example ID',
   *   logoUrl: '/logo.svg',
   *   colours: { accent: '#0b6e4f', accentDark: '#5fd3a8' },
   *   links: { home: '/', help: '/help', privacy: '/privacy', terms: 'https://example.com/terms' },
   *   languages: { fr: { signOutTitle: 'Se déconnecter ?', signOut: 'Se déconnecter' } },
   * }
   */
  readonly branding?: BrandingOptions | undefined
  /**
   * Makes the server's own pages instead of the server. It gets everything that a page says as text, and returns HTML, a
   * `Response` with HTML, or `undefined` for the built-in page. Status and headers stay the server's: the page runs no
   * script, and loads styles, images and fonts of this origin alone. When the hook throws, has not answered after
   * three seconds, or its page lacks `page.formHtml` or `page.framesHtml`, the user gets the built-in page, and the event
   * `page.failed` tells why. Default: the built-in
   * pages.
   */
  readonly renderPage?: RenderPage | undefined
}
