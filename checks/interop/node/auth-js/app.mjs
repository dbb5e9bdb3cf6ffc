import { ExpressAuth, getSession } from '@auth/express'
import express from 'express'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REDIRECT_URI } = process.env
const { pathname, port } = new URL(OAUTH_REDIRECT_URI) // https://app.example.com/auth/callback/oauth
const settings = {
  secret: OAUTH_CLIENT_SECRET,
  trustHost: true,
  providers: [
    {
      id: 'oauth',
      name: 'Your server',
      type: 'oidc',
      issuer: OAUTH_ISSUER,
      clientId: OAUTH_CLIENT_ID,
      clientSecret: OAUTH_CLIENT_SECRET,
    },
  ],
}

const app = express()
app.use(pathname.replace('/callback/oauth', ''), ExpressAuth(settings))
app.get('/me', async (req, res) => res.json((await getSession(req, settings))?.user ?? null))
app.listen(port)
