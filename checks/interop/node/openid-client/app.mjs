import express from 'express'
import session from 'express-session'
import * as client from 'openid-client'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REDIRECT_URI } = process.env
const callback = new URL(OAUTH_REDIRECT_URI)
const config = await client.discovery(new URL(OAUTH_ISSUER), OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, undefined, {
  // Only for http on your own machine.
  execute: OAUTH_ISSUER.startsWith('http://localhost') ? [client.allowInsecureRequests] : [],
})

const app = express()
app.use(session({ secret: OAUTH_CLIENT_SECRET, resave: false, saveUninitialized: false }))

app.get('/login', async (req, res) => {
  const verifier = client.randomPKCECodeVerifier()
  req.session.login = { verifier, state: client.randomState() }
  res.redirect(
    client.buildAuthorizationUrl(config, {
      redirect_uri: OAUTH_REDIRECT_URI,
      scope: 'openid profile email offline_access',
      state: req.session.login.state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).href,
  )
})

app.get(callback.pathname, async (req, res) => {
  const { verifier, state } = req.session.login
  const tokens = await client.authorizationCodeGrant(config, new URL(req.originalUrl, callback), {
    pkceCodeVerifier: verifier,
    expectedState: state,
  })
  req.session.user = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
  req.session.refreshToken = tokens.refresh_token
  req.session.idToken = tokens.id_token
  res.redirect('/me')
})

app.get('/refresh', async (req, res) => {
  const tokens = await client.refreshTokenGrant(config, req.session.refreshToken)
  req.session.refreshToken = tokens.refresh_token
  res.json({ expires_in: tokens.expires_in })
})

app.get('/logout', (req, res) => {
  const there = client.buildEndSessionUrl(config, {
    id_token_hint: req.session.idToken,
    post_logout_redirect_uri: `${callback.origin}/me`,
  })
  req.session.destroy(() => res.redirect(there.href))
})

app.get('/me', (req, res) => res.json(req.session.user ?? null))

app.listen(callback.port)
