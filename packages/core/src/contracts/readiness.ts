/** One thing that was looked at. */
export interface ReadinessCheck {
  /**
   * `storage`: it can be reached. `schema`: its tables are there, and fit this version. `keys`: the server can sign.
   */
  readonly name: 'storage' | 'schema' | 'keys'
  readonly ok: boolean
  /** What is wrong and what to do about it. Where `ok` is true it is a warning. Without secrets and addresses. */
  readonly problem?: string
}

/** Whether the server can do its work. */
export interface Readiness {
  /** Whether all checks are. */
  readonly ok: boolean
  readonly checks: readonly ReadinessCheck[]
}
