/** One line of the tour: a name, and the URLs where it runs. */
export interface Stop {
  readonly name: string
  readonly places: readonly { readonly url: string; readonly isPage: boolean }[]
}

/** Describes in a few lines what runs and where, for the terminal and the start page. */
export function tour(baseUrl: string, issuer: string): readonly Stop[] {
  const { origin, pathname } = new URL(issuer)
  const page = (url: string) => ({ url, isPage: true })
  const place = (url: string) => ({ url, isPage: false })
  return [
    { name: 'Identity provider (the issuer)', places: [place(issuer)] },
    { name: 'Its OpenID configuration', places: [page(`${issuer}/.well-known/openid-configuration`)] },
    {
      name: 'Its OAuth server metadata',
      places: [page(`${origin}/.well-known/oauth-authorization-server${pathname}`)],
    },
    { name: 'Its signing keys (JWKS)', places: [page(`${issuer}/jwks`)] },
    { name: 'A demo client, and the API it calls', places: [page(`${baseUrl}/client`), place(`${baseUrl}/api/notes`)] },
  ]
}
