import * as v from 'valibot'
import type { ClientMetadataPart, MetadataSchemas } from '../contracts/client-metadata-part.ts'
import { issueText } from '../contracts/issue-text.ts'
import type { Registry } from '../contracts/registry.ts'
import { featureOfMember } from '../policy/feature-names.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { FeatureClientMetadata } from '../protocol/feature-client-metadata.ts'
import { isShallow } from '../protocol/json.ts'
import { nearestName } from '../protocol/nearest.ts'
import { originProblem } from '../protocol/origin.ts'
import { initiateLoginUriProblem, linkProblem } from '../protocol/redirect-uri.ts'
import { parseScope } from '../protocol/scope.ts'
import { shownText } from '../protocol/shown-text.ts'

/**
 * The input with which the server side registers a client: metadata, and members that only the server side may set.
 * `grant_types` and `token_endpoint_auth_method` take the names of the core and of imported features. Default: a
 * confidential client (`client_secret_basic`) with the grant type `authorization_code`.
 */
export type ClientInput = { readonly [Member in keyof ClientMetadata]?: ClientMetadata[Member] | undefined } & {
  /** The id of the client. Default: random. */
  readonly client_id?: string | undefined
  /** The secret of the client: 32 to 512 random characters. Default: the server makes one. */
  readonly client_secret?: string | undefined
  /** Seconds since the epoch at which the secret expires; 0 for never. Default 0. */
  readonly client_secret_expires_at?: number | undefined
  /** The user who owns the client. */
  readonly user_id?: string | undefined
  /** The organisation that owns the client. */
  readonly reference_id?: string | undefined
}

/** Text that a page may show. */
const text = v.pipe(v.string(), v.maxLength(2048), v.regex(shownText, 'must not have control characters'))
const list = v.pipe(v.array(text), v.maxLength(50))
const link = v.pipe(
  text,
  v.check((uri) => linkProblem(uri) === undefined, 'must be an https URL, or http on a loopback host'),
)
const scope = v.pipe(
  text,
  v.check((value) => parseScope(value) !== undefined, 'has characters that are not allowed'),
)

const origin = v.pipe(
  text,
  v.check((value) => originProblem(value) === undefined, 'must be an origin, for instance https://app.example.com'),
)

/**
 * The members that a client may set itself ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section
 * 2}).
 */
const publicEntries = {
  redirect_uris: v.optional(list),
  token_endpoint_auth_method: v.optional(text),
  grant_types: v.optional(list),
  response_types: v.optional(list),
  scope: v.optional(scope),
  application_type: v.optional(v.picklist(['web', 'native'])),
  client_name: v.optional(text),
  client_uri: v.optional(link),
  logo_uri: v.optional(link),
  contacts: v.optional(list),
  tos_uri: v.optional(link),
  policy_uri: v.optional(link),
  software_id: v.optional(text),
  software_version: v.optional(text),
  post_logout_redirect_uris: v.optional(list),
  initiate_login_uri: v.optional(
    v.pipe(
      text,
      v.check((uri) => initiateLoginUriProblem(uri) === undefined, 'must be an https URL without a fragment'),
    ),
  ),
  id_token_signed_response_alg: v.optional(text),
  default_max_age: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9_999_999_999))),
  require_auth_time: v.optional(v.boolean()),
  default_acr_values: v.optional(list),
  require_acr_values: v.optional(v.boolean()),
  userinfo_signed_response_alg: v.optional(text),
  subject_type: v.optional(v.picklist(['public', 'pairwise'])),
  sector_identifier_uri: v.optional(text),
}

/** The schema of each member of `ClientMetadata`, all optional. They check each member by itself. */
const metadataEntries = {
  ...publicEntries,
  require_pkce: v.optional(v.boolean()),
  skip_consent: v.optional(v.boolean()),
  remember_loopback_consent: v.optional(v.boolean()),
  enable_end_session: v.optional(v.boolean()),
  allowed_cors_origins: v.optional(v.pipe(v.array(origin), v.maxLength(50))),
  resources: v.optional(list),
  introspect_without_resource: v.optional(v.boolean()),
  id_token_scope_claims: v.optional(v.boolean()),
  metadata: v.optional(v.record(v.string(), v.unknown())),
} satisfies { [Member in Exclude<keyof ClientMetadata, keyof FeatureClientMetadata>]-?: v.GenericSchema }

const identityEntries = {
  client_id: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/,
        'must have 1 to 255 printable ASCII characters, without spaces, quotation marks and backslashes',
      ),
    ),
  ),
  client_secret: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[\x20-\x7e]{32,512}$/,
        'must have 32 to 512 printable ASCII characters; leave it out, and the server makes one',
      ),
    ),
  ),
  client_secret_expires_at: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  user_id: v.optional(text),
  reference_id: v.optional(text),
}

/** Members of registration requests and answers that no feature may bring. */
export const coreClientMembers: ReadonlySet<string> = new Set([
  ...Object.keys({ ...metadataEntries, ...identityEntries }),
  ...['disabled', 'client_id_issued_at', 'registration_access_token', 'registration_client_uri'],
  ...['client_secret_hash', 'registered_by'],
])

/**
 * Makes the schemas of client metadata, with the members that features bring. None of them is a member of the core or of
 * two features: the start of the provider has checked that.
 */
export function createMetadataSchemas(parts: readonly ClientMetadataPart[]): MetadataSchemas {
  const open: Record<string, v.GenericSchema> = {}
  const brought: Record<string, v.GenericSchema> = {}
  for (const { members, serverSideOnly } of parts) {
    for (const [name, schema] of Object.entries(members)) {
      brought[name] = v.optional(schema)
      if (serverSideOnly !== true) open[name] = brought[name]
    }
  }
  return {
    public: v.object({ ...publicEntries, ...open }),
    serverSide: v.strictObject({
      ...metadataEntries,
      ...identityEntries,
      ...brought,
      disabled: v.optional(v.boolean()),
    }),
  }
}

/** The input of the server side after each member was checked by itself. */
export type ParsedClientInput = ClientInput & { readonly disabled?: boolean | undefined }

/** Client metadata before defaults complete it and before it is checked as a whole. */
export type MetadataInput = { readonly [Member in keyof ClientMetadata]?: ClientMetadata[Member] | undefined }

/** The members of client metadata that a client, or whoever manages it from outside, may set. */
export type PublicMetadataInput = Omit<MetadataInput, RestrictedMember>

/** The members of client metadata that only the server side may set. */
export type RestrictedMember =
  | 'require_pkce'
  | 'skip_consent'
  | 'remember_loopback_consent'
  | 'enable_end_session'
  | 'allowed_cors_origins'
  | 'resources'
  | 'introspect_without_resource'
  | 'id_token_scope_claims'
  | 'metadata'

export const restrictedMembers: readonly RestrictedMember[] = Object.keys(metadataEntries).filter(
  (name): name is RestrictedMember => !(name in publicEntries),
)

/**
 * Checks the members that the server side registers. `undefined` and `null` members are absent. An unknown member is an
 * error that names it.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export function parseClientInput({ metadataSchemas }: Registry, input: object): ParsedClientInput {
  return parse(metadataSchemas.serverSide, input) as ParsedClientInput
}

/**
 * Checks the members that a caller from outside registers and returns those that a client may set itself. `null`
 * members are absent; restricted and unknown members are ignored ({@link
 * https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}).
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export function parsePublicMetadata({ metadataSchemas }: Registry, input: object): PublicMetadataInput {
  return parse(metadataSchemas.public, input) as PublicMetadataInput
}

function parse(schema: v.GenericSchema, input: object): unknown {
  const present = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== null))
  const deep = Object.keys(present).find((name) => !isShallow(present[name]))
  if (deep !== undefined) throw new OAuthError('invalid_client_metadata', `${deep}: is nested too deeply`)
  const result = v.safeParse(schema, present)
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue) ?? 'client metadata'
  const code = path.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata'
  const text = issue.type === 'strict_object' ? unknownMember(schema, path) : issueText(issue)
  throw new OAuthError(code, `${path}: ${text}`)
}

function unknownMember(schema: v.GenericSchema, name: string): string {
  const feature = featureOfMember(name)
  if (feature !== undefined) return `is not known without ${feature}`
  const { entries = {} } = schema as { readonly entries?: object }
  const nearest = nearestName(name, Object.keys(entries))
  return nearest === undefined ? 'is not known' : `is not known; did you mean ${nearest}?`
}
