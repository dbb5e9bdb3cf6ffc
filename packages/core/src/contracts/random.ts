/** The source of random bytes. Pass another one as `testing.random` to control it in tests. */
export interface Random {
  /** Returns `length` cryptographically strong random bytes. */
  bytes(length: number): Uint8Array
}
