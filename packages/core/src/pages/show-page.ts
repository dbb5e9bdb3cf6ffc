import { shownClient } from '../clients/shown-client.ts'
import type { Context } from '../contracts/context.ts'
import type { Page, PageClient, PageContent, PageKind, PageLink } from '../contracts/page.ts'
import type { PageTexts } from '../contracts/page-texts.ts'
import { htmlResponse } from '../http/html.ts'
import { isOfHost } from '../policy/client.ts'
import type { ClientRecord } from '../storage/client.ts'
import { formHtml, framesHtml, pageDocument } from './document.ts'
import { directionOf } from './language.ts'
import { securityPolicy } from './security-policy.ts'
import { fillText, textsFor } from './texts.ts'

/** What a page is about. */
export interface PageSubject {
  readonly kind: PageKind
  /** The HTTP status. Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The client that the page is about, once it is verified that it is. The page leads back to it, if the host registered it. */
  readonly clientId?: string | undefined
  /** The `ui_locales` of the request that the page belongs to. Default: those in the URL of this request. */
  readonly uiLocales?: string | undefined
}

/**
 * Makes a page of the server in the language of the user and with the host's branding. The hook `renderPage` may make it
 * instead. The headers are the server's either way.
 * @param write returns what the page says, with texts of the chosen language or your own
 */
export async function showPage(
  ctx: Context,
  request: Request,
  { kind, status = 200, headers, clientId, uiLocales }: PageSubject,
  write: (texts: PageTexts) => PageContent,
): Promise<Response> {
  const { branding } = ctx.config
  const { tag, texts } = textsFor(ctx, request, uiLocales)
  const content = write(texts)
  const client = clientId === undefined ? undefined : await findClient(ctx, clientId)
  const link = content.link ?? (kind === 'form_post' ? undefined : wayBack(client, branding.links.home, texts))
  const { form, frames = [] } = content
  const page: Page = Object.freeze({
    kind,
    status,
    language: tag,
    direction: directionOf(tag),
    texts,
    ...content,
    ...(branding.name !== undefined && { name: branding.name }),
    ...(branding.logoUrl !== undefined && { logoUrl: branding.logoUrl }),
    colours: branding.colours,
    links: branding.links,
    ...(link !== undefined && { link }),
    ...(client !== undefined && { client: client.shown }),
    ...(form !== undefined && { formHtml: formHtml(form, kind) }),
    ...(frames.length > 0 && { framesHtml: framesHtml(frames) }),
  })
  const made = await renderByHost(ctx, page)
  const own = securityPolicy(page, made !== undefined)
  const policy = made?.policy === undefined ? own : `${own}, ${made.policy}`
  return htmlResponse(status, made?.html ?? pageDocument(page), policy, { ...headers, 'content-language': tag })
}

/** Asks the hook `renderPage`. When it fails, the built-in page is shown, and an event tells why. */
async function renderByHost(ctx: Context, page: Page) {
  try {
    return await ctx.config.renderPage?.(page)
  } catch (cause) {
    ctx.emit({ type: 'page.failed', kind: page.kind, cause })
    return undefined
  }
}

interface FoundClient {
  readonly record: ClientRecord
  readonly shown: PageClient
}

/** A page is shown without its client when the storage fails: perhaps the page is about just that. */
async function findClient(ctx: Context, clientId: string): Promise<FoundClient | undefined> {
  try {
    const record = await ctx.clients.findNamed(clientId)
    if (record === undefined) return undefined
    const { clientIdHost: _, initiateLoginUrl: __, ...shown } = shownClient(ctx, clientId, record)
    return { record, shown: Object.freeze({ clientId, ...shown }) }
  } catch {
    return undefined
  }
}

/**
 * The link from a page back to the application, or else to the start page of the host. A page never names or links an
 * application that anybody else than the host has registered: it would lend a stranger's link the look of this server.
 */
function wayBack(client: FoundClient | undefined, home: string | undefined, texts: PageTexts): PageLink | undefined {
  if (client?.shown.clientUri !== undefined && isOwnedByHost(client.record)) {
    return { href: client.shown.clientUri, text: fillText(texts.backTo, { name: client.shown.clientName }) }
  }
  return home === undefined ? undefined : { href: home, text: texts.home }
}

function isOwnedByHost({ registeredBy, userId, referenceId }: ClientRecord): boolean {
  return isOfHost(registeredBy) && userId === undefined && referenceId === undefined
}
