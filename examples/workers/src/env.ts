/** The variables and secrets of a Worker. The platform passes them with each request, not earlier. */
export interface Env {
  /** Where the Worker is, for instance `https://id.example.com`. */
  readonly BASE_URL: string
  /** At least 32 random characters; seals the signing keys. */
  readonly OAUTH_SECRET: string
  /** The demo client's: at least 32 random characters. */
  readonly CLIENT_SECRET: string
  readonly CLIENT_REDIRECT_URI: string
  readonly USER_PASSWORD: string
}
