import type { Context } from '../contracts/context.ts'
import { withParameters } from '../http/redirect.ts'
import { isSelfRegistered } from '../policy/client.ts'
import { shownLinks } from '../policy/shown-links.ts'
import { initiateLoginUriProblem } from '../protocol/redirect-uri.ts'
import { shownText } from '../protocol/shown-text.ts'
import { webHost } from '../protocol/web-host.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * What a page of connected apps may show of a client. Texts and links are checked again before a page shows them, since a
 * stored row may have been written by hand. The texts come from the client: escape them.
 */
export interface ShownClient {
  /** The client's name, or its id when it has none. */
  readonly clientName: string
  /**
   * For a client that is a document at a URL (Client ID Metadata Document): the host of that URL. It is verified, unlike
   * the name, so show it beside the name. Absent for any other client.
   */
  readonly clientIdHost?: string
  readonly clientUri?: string
  readonly logoUri?: string
  readonly policyUri?: string
  readonly tosUri?: string
  /**
   * The URL of a link with which the user signs in at the client, if the client has one: its `initiate_login_uri` with
   * this server's `iss` ({@link https://openid.net/specs/openid-connect-core-1_0.html#ThirdPartyInitiatedLogin OpenID
   * Connect Core section 4}).
   */
  readonly initiateLoginUrl?: string
  /** Whether nobody has verified what the client says about itself, because it registered itself or is a document. */
  readonly selfRegistered: boolean
}

/** Returns what may be shown of a client; of one that its source does not know at the moment, only its id. */
export function shownClient(ctx: Context, clientId: string, client: ClientRecord | undefined): ShownClient {
  if (client === undefined) return { clientName: clientId, selfRegistered: true }
  const { client_name } = client.metadata
  const isShown = client_name !== undefined && shownText.test(client_name)
  return {
    clientName: isShown ? client_name : clientId,
    ...(client.registeredBy === 'document' && { clientIdHost: webHost(clientId)?.host ?? clientId }),
    ...shownLinks(client),
    ...initiateLogin(ctx, client),
    selfRegistered: isSelfRegistered(client),
  }
}

function initiateLogin(ctx: Context, { metadata, disabled }: ClientRecord): Pick<ShownClient, 'initiateLoginUrl'> {
  const uri = metadata.initiate_login_uri
  if (uri === undefined || disabled || initiateLoginUriProblem(uri) !== undefined) return {}
  return { initiateLoginUrl: withParameters(uri, { iss: ctx.config.issuer }) }
}
