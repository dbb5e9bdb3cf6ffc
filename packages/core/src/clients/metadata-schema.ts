import * as v from 'valibot'
import type { ClientMetadataPart, MetadataSchemas } from '../contracts/client-metadata-part.ts'
import type { Registry } from '../contracts/registry.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { FeatureClientMetadata } from '../protocol/feature-client-metadata.ts'
import { isShallow } from '../protocol/json.ts'
import { initiateLoginUriProblem, linkProblem } from '../protocol/redirect-uri.ts'
import { parseScope } from '../protocol/scope.ts'

/** What the server side registers a client with: metadata, and what only the server side may choose. */
export type ClientInput = { readonly [Member in keyof ClientMetadata]?: ClientMetadata[Member] | undefined } & {
  /** The client's id. Default: random. */
  readonly client_id?: string | undefined
  /** Its secret: at least 32 characters of randomness. Default: generated. */
  readonly client_secret?: string | undefined
  /** Seconds since the epoch at which the secret ends; 0 for never. Default 0. */
  readonly client_secret_expires_at?: number | undefined
  /** The user who owns the client. */
  readonly user_id?: string | undefined
  /** The organisation that owns the client. */
  readonly reference_id?: string | undefined
}

const text = v.pipe(
  v.string(),
  v.maxLength(2048),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  v.regex(/^[^\x00-\x1f\x7f\p{Surrogate}]*$/u, 'must not have control characters'),
)
const list = v.pipe(v.array(text), v.maxLength(50))
const link = v.pipe(
  text,
  v.check((uri) => linkProblem(uri) === undefined, 'must be an https URL, or http on a loopback host'),
)
const scope = v.pipe(
  text,
  v.check((value) => parseScope(value) !== undefined, 'has characters that are not allowed'),
)

/** What a client may say of itself ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}). */
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
  userinfo_signed_response_alg: v.optional(text),
  subject_type: v.optional(v.picklist(['public', 'pairwise'])),
  sector_identifier_uri: v.optional(text),
}

/** The members of `ClientMetadata`, each optional: what is checked without knowing the rest. */
const metadataEntries = {
  ...publicEntries,
  require_pkce: v.optional(v.boolean()),
  skip_consent: v.optional(v.boolean()),
  enable_end_session: v.optional(v.boolean()),
  metadata: v.optional(v.record(v.string(), v.unknown())),
} satisfies { [Member in Exclude<keyof ClientMetadata, keyof FeatureClientMetadata>]-?: v.GenericSchema }

const identityEntries = {
  client_id: v.optional(v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/))),
  client_secret: v.optional(v.pipe(v.string(), v.minLength(32), v.maxLength(512), v.regex(/^[\x20-\x7e]+$/))),
  client_secret_expires_at: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  user_id: v.optional(text),
  reference_id: v.optional(text),
}

/** Members of registration requests and answers that no feature may bring. */
export const coreClientMembers: ReadonlySet<string> = new Set([
  ...Object.keys({ ...metadataEntries, ...identityEntries }),
  ...['disabled', 'client_id_issued_at', 'registration_access_token', 'registration_client_uri'],
])

/**
 * The schemas of this server, with the members that features bring, none of which is of the core or of two features.
 */
export function createMetadataSchemas(parts: readonly ClientMetadataPart[]): MetadataSchemas {
  const brought: Record<string, v.GenericSchema> = {}
  for (const [name, schema] of parts.flatMap(({ members }) => Object.entries(members))) {
    brought[name] = v.optional(schema)
  }
  return {
    public: v.object({ ...publicEntries, ...brought }),
    serverSide: v.strictObject({
      ...metadataEntries,
      ...identityEntries,
      ...brought,
      disabled: v.optional(v.boolean()),
    }),
  }
}

/** What was given, each member checked by itself. */
export type ParsedClientInput = ClientInput & { readonly disabled?: boolean | undefined }

/** Metadata before it is completed by defaults and checked as a whole. */
export type MetadataInput = { readonly [Member in keyof ClientMetadata]?: ClientMetadata[Member] | undefined }

/** The part of it that a client, or whoever manages it from outside, may choose. */
export type PublicMetadataInput = Omit<
  MetadataInput,
  'require_pkce' | 'skip_consent' | 'enable_end_session' | 'metadata'
>

/**
 * Checks the shape of what the server side registers. `undefined` and `null` members are absent; unknown ones are
 * mistakes and named.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri`
 */
export function parseClientInput({ metadataSchemas }: Registry, input: object): ParsedClientInput {
  return parse(metadataSchemas.serverSide, input) as ParsedClientInput
}

/**
 * Checks the shape of what somebody outside registers: only what a client may say of itself is taken over. `null` members
 * are absent, all others (restricted and unknown ones) are ignored
 * ({@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}).
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
  throw new OAuthError(code, `${path}: ${issue.type === 'strict_object' ? 'is not known' : issue.message}`)
}
