/** Option names of the Python seed, each with its name in this package. */
const renamed: Readonly<Record<string, string>> = { settings: 'provider' }

/**
 * Refuses unknown options, because a misspelt one would silently have no effect.
 * @throws {TypeError} that names the unknown option, and for a name of the Python seed the name in this package
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
 * Returns an option in seconds, or its default.
 * @throws {TypeError} when the value is not a number from `least` to `most`
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
