/**
 * Approvals that are older than the request and that this server does not store, for instance assertions of other issuers
 * that a client may present again. Nothing can delete them, so a withdrawal is remembered for as long as they are good.
 */
export interface OutsideApproval {
  /**
   * The longest time from the moment of such an approval (the third argument of `core.knownWithdrawals`) to
   * `core.commitGrant`, in seconds.
   */
  readonly lifetime: number
}
