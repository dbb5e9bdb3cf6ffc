/** The standards that `provider.conformanceReport` rates a server and its clients by. */
export type ConformanceStandard = 'oauth2.1' | 'fapi2' | 'mcp'

/** The options of `provider.conformanceReport`. */
export interface ConformanceReportOptions {
  /** Whether the stored clients are rated as well. Default `true`. */
  readonly clients?: boolean | undefined
}

/** How one rule turned out for one subject. It contains no secrets. */
export interface ConformanceFinding {
  /** The name of the rule, for instance `fapi2-pushed-requests`. It stays the same in later versions. */
  readonly rule: string
  /** The requirement, as one sentence. */
  readonly requirement: string
  /** The URL of the section of the standard. */
  readonly section: string
  /** What was rated. `deployment` is what only the operator sees, for instance TLS. */
  readonly subject: 'server' | 'client' | 'deployment'
  /** The id of the client, when the subject is one. */
  readonly clientId?: string
  /** `cannot tell`: the server does not see what decides it. `change` then says what to look at. */
  readonly status: 'met' | 'not met' | 'cannot tell'
  /** What the server or client does now, where that helps. */
  readonly found?: string
  /** What to change, or to look at. Absent when the rule is met. */
  readonly change?: string
}

/** Rates a server and its clients, one finding after the other, so that a report of many clients needs little memory. */
export type ConformanceReporter = (
  standard: ConformanceStandard,
  options?: ConformanceReportOptions,
) => AsyncIterable<ConformanceFinding>
