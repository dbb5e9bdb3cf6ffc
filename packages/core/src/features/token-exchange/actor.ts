/**
 * Who acts for a user: the claim `act` ({@link https://www.rfc-editor.org/rfc/rfc8693#section-4.1 RFC 8693 section 4.1}).
 * Only the outermost actor counts for decisions about access; the nested ones say who acted before.
 */
export interface Actor {
  /** The client id of a program, or the `sub` of a user as the exchanging client knows it. */
  readonly sub: string
  /** The issuer that knows the actor by `sub`. Absent: this server. */
  readonly iss?: string
  /** Who acted before. */
  readonly act?: Actor
}

/** Who may act for a user: the claim `may_act` ({@link https://www.rfc-editor.org/rfc/rfc8693#section-4.4 RFC 8693 section 4.4}). */
export interface MayAct {
  readonly sub: string
  /** Absent: this server. */
  readonly iss?: string
}

/** Reads the claim `act` of a token; `'malformed'` when it is none that this feature writes. */
export function parseAct(value: unknown): Actor | 'malformed' {
  const identity = parseIdentity(value, ['sub', 'iss', 'act'])
  if (identity === undefined) return 'malformed'
  const { act: earlier } = value as { readonly act?: unknown }
  if (earlier === undefined) return identity
  const act = parseAct(earlier)
  return act === 'malformed' ? 'malformed' : { ...identity, act }
}

/** Puts a new actor in front of those that a token has. */
export function withActor(actor: Actor, earlier: Actor | undefined): Actor {
  return earlier === undefined ? actor : { ...actor, act: earlier }
}

/** How many actors a claim `act` names. */
export function countActors(act: Actor | undefined): number {
  return act === undefined ? 0 : 1 + countActors(act.act)
}

/**
 * Whether `may_act` allows an actor. A member that this server does not know is a condition that nobody checks, so it
 * allows nobody.
 * @param issuer the issuer of the token, who knows `sub` where `may_act` names no other
 */
export function allowsActor(mayAct: unknown, { sub, iss }: Actor & { readonly iss: string }, issuer: string): boolean {
  const allowed = parseIdentity(mayAct, ['sub', 'iss'])
  return allowed !== undefined && allowed.sub === sub && (allowed.iss ?? issuer) === iss
}

/** Reads who an object names; `undefined` when it is none, or has a member that is not among these. */
export function parseIdentity(value: unknown, members: readonly string[]): MayAct | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (Object.keys(value).some((name) => !members.includes(name))) return undefined
  const { sub, iss } = value as { readonly sub?: unknown; readonly iss?: unknown }
  if (!isText(sub) || (iss !== undefined && !isText(iss))) return undefined
  return { sub, ...(iss !== undefined && { iss }) }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 255 && !value.includes('\0')
}
