/** The result of one readiness check. */
export interface ReadinessCheck {
  /**
   * `storage`: the storage answers. `schema`: its tables exist and fit this version. `keys`: the server can sign, and
   * open the keys with which clients encrypt for it. `running`: `drain` was not called; a server that drains has this check
   * alone.
   */
  readonly name: 'storage' | 'schema' | 'keys' | 'running'
  readonly ok: boolean
  /**
   * What is wrong and what to do about it. With `ok: true` it is a warning. It contains no secrets and no addresses.
   */
  readonly problem?: string
}

/** Whether the server is ready for requests: the result of `provider.ready()`. */
export interface Readiness {
  /** Whether all checks are ok. */
  readonly ok: boolean
  readonly checks: readonly ReadinessCheck[]
}
