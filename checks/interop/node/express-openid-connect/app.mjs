import express from 'express'
import oidc from 'express-openid-connect'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REDIRECT_URI } = process.env
const { origin, pathname, port } = new URL(OAUTH_REDIRECT_URI)

const app = express()
app.use(
  oidc.auth({
    issuerBaseURL: OAUTH_ISSUER,
    baseURL: origin,
    clientID: OAUTH_CLIENT_ID,
    clientSecret: OAUTH_CLIENT_SECRET,
    secret: OAUTH_CLIENT_SECRET,
    routes: { callback: pathname },
    authRequired: false,
    // Its default is the implicit flow, which OAuth 2.1 has not.
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
  }),
)
app.get('/', (req, res) => res.json(req.oidc.user ?? null))
app.get('/refresh', async (req, res) => {
  const { expires_in } = await req.oidc.accessToken.refresh()
  res.json({ expires_in })
})
app.listen(port)
