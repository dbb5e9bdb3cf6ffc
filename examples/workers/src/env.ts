/** The variables and secrets of a Worker. The platform passes them with each request, not earlier. */
export interface Env {
  /** The URL of the Worker, for instance `https://id.example.com`. */
  readonly BASE_URL: string
  /** The secret that seals the signing keys: at least 32 random characters. */
  readonly OAUTH_SECRET: string
  /** The secret of the demo client: at least 32 random characters. */
  readonly CLIENT_SECRET: string
  readonly CLIENT_REDIRECT_URI: string
  readonly USER_PASSWORD: string
}
