/** Where randomness comes from: an argument, so that a test is a function of its inputs. */
export interface Random {
  /** `length` cryptographically strong bytes. */
  bytes(length: number): Uint8Array
}
