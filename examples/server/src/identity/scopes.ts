/** Descriptions of the scopes for users. */
const words: Readonly<Record<string, string>> = {
  openid: 'Recognise you when you come back',
  profile: 'See your name',
  email: 'See your e-mail address',
  offline_access: 'Keep this access while you are away, until you take it back',
  'notes:read': 'Read your notes',
}

export function describeScope(scope: string): string {
  return words[scope] ?? 'Do something that this page cannot describe:'
}
