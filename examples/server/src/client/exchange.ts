/** One request of the timeline, with its response. Values that somebody could use are shortened before they are kept here. */
export interface Exchange {
  readonly id: number
  /** When it began, in milliseconds since the epoch. */
  readonly at: number
  /** What it is for, as a short sentence. */
  readonly what: string
  /** Who sent it: the application's server, or the user's browser, which the application only redirected. */
  readonly via: 'server' | 'browser'
  readonly method: string
  /** The URL without its query. */
  readonly url: string
  /** The status of the response. Absent for the browser's requests, and for a request that got no answer. */
  readonly status?: number
  /** How long the answer took, in milliseconds. Absent for the browser's requests. */
  readonly ms?: number
  readonly request: Message
  readonly response?: Message
}

/** The readable parts of a request or a response. */
export interface Message {
  readonly headers: readonly Pair[]
  /** The parameters of a form or a query. */
  readonly parameters: readonly Pair[]
  /** The JSON of the body, indented. */
  readonly json?: string
  /** The JWTs of the body, decoded. */
  readonly tokens: readonly DecodedToken[]
}

export type Pair = readonly [name: string, value: string]

/** A JWT that the timeline shows decoded. */
export interface DecodedToken {
  /** The member that it came in, for instance `id_token`. */
  readonly name: string
  /** Header and claims, as indented JSON. */
  readonly header: string
  readonly claims: string
}
