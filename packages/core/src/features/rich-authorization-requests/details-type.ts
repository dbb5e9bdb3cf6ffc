import type { Session } from '../../contracts/host.ts'
import type { Awaitable } from '../../storage/awaitable.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { SchemaOutput, StandardSchema } from './standard-schema.ts'

/**
 * An element of `authorization_details` ({@link https://www.rfc-editor.org/rfc/rfc9396#section-2 RFC 9396 section 2}). Its
 * type decides which members it has.
 */
export interface AuthorizationDetails {
  readonly type: string
  readonly [member: string]: unknown
}

/** The details of one type: `type`, and the members that the type's schema accepts. */
export type DetailsOf<Schema> = { readonly type: string } & SchemaOutput<Schema>

/** What `enrich` gets to decide about. */
export interface EnrichFacts<Details> {
  /** The details that the client asked for. */
  readonly asked: Details
  /**
   * The details as the consent page posted them, through the user's browser. The schema has accepted them and nothing else
   * has: check that the user may grant them, for instance that an account is the user's own. Without a consent page, and
   * where the page posted nothing, they are `asked`.
   */
  readonly chosen: Details
  readonly client: ClientRecord
  /** The user who approves. Absent for `client_credentials`. */
  readonly userId?: string
  /** The session in which the user approves, when there is one. */
  readonly session?: Session
}

/** A type of authorization details: what its details may contain, and what one of them allows. */
export interface DetailsType<Schema extends StandardSchema = StandardSchema> {
  /**
   * The schema of the members beside `type`. It must refuse members that it does not know. The server refuses those that the
   * schema drops, as `z.object` and `v.object` do; a schema that lets any member pass (`v.looseObject`, ArkType without
   * `'+': 'reject'`) is wrong here. It should check and not change: what it answers is stored, and checked again later.
   */
  readonly schema: Schema
  /**
   * The schema of details that are granted, where `enrich` adds members that a client must not send. Default: `schema`.
   */
  readonly grantedSchema?: StandardSchema | undefined
  /**
   * Whether a client that was granted `granted` may get a token for `asked`: the same, or less ({@link
   * https://www.rfc-editor.org/rfc/rfc9396#section-6.1 RFC 9396 section 6.1}). The answer on the consent page and token
   * requests are compared in this way. Each granted element covers one element of a request. Default: only if both are
   * equal.
   */
  covers?(granted: DetailsOf<Schema>, asked: DetailsOf<Schema>): boolean
  /**
   * Whether the user is not asked again for details that a live grant to the same client covers. Do not set it for what
   * counts each time, like a payment. With `enrich`, what it then answers is granted without a question, so let it answer with
   * no more than was granted before. Default `false`: the user is asked each time.
   */
  readonly rememberConsent?: boolean | undefined
  /** Returns a sentence for the consent page that says what the user allows. The page must escape it. Default: none. */
  describe?(details: DetailsOf<Schema>): string
  /**
   * Completes or replaces details when they are granted, for instance with the accounts that the user has chosen ({@link
   * https://www.rfc-editor.org/rfc/rfc9396#section-7.1 RFC 9396 section 7.1}). It may be called more than once for a request,
   * and the approval may still fail afterwards, so it must not do anything that counts. Its answer must fit `grantedSchema`.
   * @returns the members to grant, with `type` or without it; `undefined` to grant nothing
   */
  enrich?(facts: EnrichFacts<DetailsOf<Schema>>): Awaitable<object | undefined>
  /**
   * The resources that details without `locations` are for. An API sees only details for its own resource, in tokens and
   * introspection. Default: such details are for every resource of the token.
   */
  readonly locations?: readonly string[] | undefined
  /** Whether a client may ask for this type. Default: every client may, unless it has registered other types only. */
  mayRequest?(client: ClientRecord): Awaitable<boolean>
  /** Whether a client may have these details without a user, by `client_credentials`. Default: no client may. */
  withoutUser?(facts: { readonly details: DetailsOf<Schema>; readonly client: ClientRecord }): Awaitable<boolean>
}

/** The types, by the value of `type`. */
export type DetailsTypes<Schemas extends Readonly<Record<string, StandardSchema>>> = {
  readonly [Name in keyof Schemas]: DetailsType<Schemas[Name]>
}

/** The rules of a type at run time, where its details are any. */
export type TypeRules = DetailsType<StandardSchema<Readonly<Record<string, unknown>>>>
