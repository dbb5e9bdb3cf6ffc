/** Tells the operator what to do when `secret` decrypts none of the stored signing keys. */
export function secretProblem(algorithms: readonly string[]): string {
  return `\`secret\` opens none of the ${algorithms.join(' and ')} signing keys in the storage: add the secret that sealed them, as secret: [new, old]; if that one is lost or has leaked, call provider.rotateSigningKeys({ dropPrevious: true }) once`
}

/** Tells the operator what to do when `secret` decrypts none of the stored keys with which clients encrypt. */
export function encryptionSecretProblem(algorithms: readonly string[]): string {
  return `\`secret\` opens none of the ${algorithms.join(' and ')} encryption keys in the storage: add the secret that sealed them, as secret: [new, old]; if that one is lost or has leaked, call provider.rotateEncryptionKeys({ dropPrevious: true }) once`
}

/** Tells the operator what to do when the clock is behind. */
export function clockProblem(behindSeconds: number): string {
  return `the clock of this process is ${behindSeconds} s behind what the signing keys tell of the time: set it right; if it is right, the clock of another process was ahead when it made a key`
}
