/** How serious a finding is. `bad`: clients fail or users are at risk. `warn`: some clients fail, or it could be better. */
export type Rating = 'ok' | 'warn' | 'bad'

/** What the doctor says about one property of a server. */
export interface Finding {
  /** What was looked at, for instance `keys.unique`. It stays the same in later versions. */
  readonly check: string
  readonly rating: Rating
  readonly found: string
  /** What to change. Absent when there is nothing to change. */
  readonly change?: string
}

/** Makes the finding that a property is as it should be. */
export function ok(check: string, found: string): Finding {
  return { check, rating: 'ok', found }
}

/** Makes the finding that a property could be better. */
export function warn(check: string, found: string, change: string): Finding {
  return { check, rating: 'warn', found, change }
}

/** Makes the finding that a property is wrong. */
export function bad(check: string, found: string, change: string): Finding {
  return { check, rating: 'bad', found, change }
}
