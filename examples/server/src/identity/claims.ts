/** Descriptions for users of the claims that a client can request by name. */
const words: Readonly<Record<string, string>> = {
  name: 'See your name',
  given_name: 'See your given name',
  family_name: 'See your family name',
  nickname: 'See your nickname',
  preferred_username: 'See your user name',
  picture: 'See your picture',
  email: 'See your e-mail address',
  email_verified: 'See whether your e-mail address was verified',
  phone_number: 'See your telephone number',
  address: 'See your postal address',
  birthdate: 'See when you were born',
  updated_at: 'See when your account last changed',
}

export function describeClaim(name: string): string {
  return words[name] ?? 'See something that this page cannot describe:'
}
