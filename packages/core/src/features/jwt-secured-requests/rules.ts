/** The options after parsing. */
export interface RequestObjectRules {
  readonly signingAlgorithms: readonly string[]
  readonly unsigned: 'refused' | 'registered' | 'allowed'
  readonly outsideParameters: 'ignored' | 'merged'
  readonly required: boolean
  /** The JWE algorithms by which objects may be encrypted. */
  readonly encryptionAlgorithms: readonly string[]
}
