import { UsageError } from './errors.ts'

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * Reads a time: how long ago (`30m`, `24h`, `7d`), a date or a date with a time (UTC, unless it names a zone), or seconds since the
 * epoch.
 * @param name the option, for the error
 * @returns seconds since the epoch
 * @throws {UsageError} when the text is none of these
 */
export function pointInTime(name: string, text: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (count !== undefined) return now - Number(count) * (unitSeconds[unit] ?? 0)
  if (/^\d{9,12}$/.test(text)) return Number(text)
  const [, date, clock = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d| UTC)?)?$/.exec(text) ?? []
  const milliseconds = Date.parse(`${date}T${clock}${zone === ' UTC' ? 'Z' : zone}`)
  if (Number.isFinite(milliseconds) && isDay(date)) return Math.floor(milliseconds / 1000)
  throw new UsageError(
    `${name} must be how long ago (30m, 24h, 7d), a date (2026-11-28) or a time (2026-11-28T10:00, in UTC), not ${text}.`,
  )
}

/** Whether the calendar has this day: `Date.parse` reads 31 February as 3 March. */
function isDay(date = ''): boolean {
  return new Date(`${date}T00:00Z`).toISOString().startsWith(date)
}
