/** Descriptions of the scopes of this server for users. */
export const scopeWords: Readonly<Record<string, string>> = {
  profile: 'See your name',
  'notes:read': 'Read your notes',
}

/** Descriptions of the standard scopes, where there is no page of `@oauth/pages` that has them. */
const standardWords: Readonly<Record<string, string>> = {
  openid: 'Recognise you when you come back',
  email: 'See your e-mail address',
  offline_access: 'Keep this access while you are away, until you take it back',
}

export function describeScope(scope: string): string {
  return scopeWords[scope] ?? standardWords[scope] ?? 'Do something that this page cannot describe:'
}
