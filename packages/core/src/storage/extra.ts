/**
 * What features store with a grant, a code or a token, for instance `cnf`, `act` or `authorization_details`: a JSON
 * object with one member for each. The core and the adapters store it unchanged and never read it.
 */
export type Extra = Readonly<Record<string, unknown>>
