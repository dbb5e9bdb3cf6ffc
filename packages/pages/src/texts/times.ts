/** Formats a time in the words of a language, in UTC. */
export interface Times {
  /** @param seconds since the epoch */
  day(seconds: number): string
  /** @param seconds since the epoch */
  minute(seconds: number): string
  /** Only the time of day. @param seconds since the epoch */
  hour(seconds: number): string
}

/** @param tag of the language. One that the platform does not know gives English. */
export function timesIn(tag: string): Times {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const made = formatter(tag, { ...options, timeZone: 'UTC' })
    return (seconds: number): string => made.format(new Date(seconds * 1000))
  }
  return {
    day: format({ dateStyle: 'long' }),
    minute: format({ dateStyle: 'long', timeStyle: 'short' }),
    hour: format({ timeStyle: 'short' }),
  }
}

function formatter(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // English without a country would be American, with the month first.
  const known = tag === 'en' ? 'en-GB' : tag
  try {
    return new Intl.DateTimeFormat(known, options)
  } catch {
    return new Intl.DateTimeFormat('en-GB', options)
  }
}
