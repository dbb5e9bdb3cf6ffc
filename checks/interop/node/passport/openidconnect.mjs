import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REDIRECT_URI } = process.env
const { pathname, port } = new URL(OAUTH_REDIRECT_URI)

// This library has no PKCE: register its client with `require_pkce: false`.
passport.use(
  new OpenIDConnectStrategy(
    {
      issuer: OAUTH_ISSUER,
      authorizationURL: `${OAUTH_ISSUER}/oauth2/authorize`,
      tokenURL: `${OAUTH_ISSUER}/oauth2/token`,
      userInfoURL: `${OAUTH_ISSUER}/oauth2/userinfo`,
      clientID: OAUTH_CLIENT_ID,
      clientSecret: OAUTH_CLIENT_SECRET,
      callbackURL: OAUTH_REDIRECT_URI,
      scope: ['profile', 'email'],
    },
    (_issuer, profile, done) => done(null, profile),
  ),
)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: OAUTH_CLIENT_SECRET, resave: false, saveUninitialized: false }))
app.use(passport.session())
app.get('/login', passport.authenticate('openidconnect'))
app.get(pathname, passport.authenticate('openidconnect'), (_req, res) => res.redirect('/me'))
app.get('/me', (req, res) => res.json(req.user ?? null))
app.listen(port)
