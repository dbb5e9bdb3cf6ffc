/**
 * A kind of records in which a feature keeps requests that wait for a user's approval, and approvals that wait until the
 * client collects them, for instance device codes. Once such a record belongs to a user, it has `userId` and `clientId`.
 * `revokeUserGrants` and `disconnectApp` then delete it.
 */
export interface WaitingRecords {
  /** The `kind` of the records. */
  readonly kind: string
  /**
   * The longest time from an approval to `core.commitGrant`, in seconds. Withdrawals are remembered for so long, so that
   * an approval from before one gets no tokens. The lifetime of the record is enough.
   */
  readonly lifetime: number
}
