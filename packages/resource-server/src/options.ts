/** Names of the Python seed, and the names of today. */
const renamed: Readonly<Record<string, string>> = { settings: 'provider' }

/**
 * A misspelt option would be a rule that is not applied.
 * @throws {TypeError} that names the unknown option, and the name of today for one of the Python seed
 */
export function refuseUnknownOptions(name: string, options: object, known: readonly string[]): void {
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue
    const now = renamed[option]
    const hint = now !== undefined && known.includes(now) ? `; did you mean ${now}?` : ''
    throw new TypeError(`${name}: there is no option ${option}${hint}`)
  }
}

/**
 * A number of seconds, or its default.
 * @throws {TypeError} when it is not a number from `least` to `most`
 */
export function resolveSeconds(
  name: string,
  value: number | undefined,
  fallback: number,
  { least = 0, most = Number.MAX_SAFE_INTEGER }: { readonly least?: number; readonly most?: number } = {},
): number {
  const seconds = value ?? fallback
  if (typeof seconds !== 'number' || !(seconds >= least && seconds <= most)) {
    throw new TypeError(`${name}: must be a number of seconds from ${least} to ${most}`)
  }
  return seconds
}
