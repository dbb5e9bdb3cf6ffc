import type { Row } from './row.ts'

/** The kinds of rows that are imported. */
export type Kind = 'client' | 'consent'

/** A row with where it was found, for instance `line 7`, or what is wrong there. */
export type Entry =
  | { readonly place: string; readonly kind: Kind; readonly row: Row }
  | { readonly place: string; readonly problem: string }
