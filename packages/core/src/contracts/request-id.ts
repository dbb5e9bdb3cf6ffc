/** Where the id of a request comes from and goes to. */
export interface RequestIdOptions {
  /**
   * The header in which your proxy sends the id. A value of other than 1 to 128 letters, digits and `_.:+/=@-` is ignored.
   * A client chooses the id where the proxy lets its header through.
   */
  readonly fromHeader?: string | undefined
  /** The header in which every response has the id. Default: none. */
  readonly toHeader?: string | undefined
}
