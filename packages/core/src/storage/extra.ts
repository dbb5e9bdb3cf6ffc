/**
 * What features say about a grant, a code or a token, for instance `cnf`, `act` or `authorization_details`: a JSON object
 * with one member for each. The core and the adapters keep it as it is and never look into it.
 */
export type Extra = Readonly<Record<string, unknown>>
