import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OAuth2Strategy from 'passport-oauth2'

const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_REDIRECT_URI } = process.env
const { pathname, port } = new URL(OAUTH_REDIRECT_URI)

const strategy = new OAuth2Strategy(
  {
    authorizationURL: `${OAUTH_ISSUER}/oauth2/authorize`,
    tokenURL: `${OAUTH_ISSUER}/oauth2/token`,
    clientID: OAUTH_CLIENT_ID,
    clientSecret: OAUTH_CLIENT_SECRET,
    callbackURL: OAUTH_REDIRECT_URI,
    scope: ['openid', 'profile', 'email'],
    state: true,
    pkce: true,
  },
  (_accessToken, _refreshToken, profile, done) => done(null, profile),
)
strategy.userProfile = async (accessToken, done) => {
  const headers = { authorization: `Bearer ${accessToken}` }
  const response = await fetch(`${OAUTH_ISSUER}/oauth2/userinfo`, { headers })
  done(null, await response.json())
}
passport.use(strategy)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: OAUTH_CLIENT_SECRET, resave: false, saveUninitialized: false }))
app.use(passport.session())
app.get('/login', passport.authenticate('oauth2'))
app.get(pathname, passport.authenticate('oauth2'), (_req, res) => res.redirect('/me'))
app.get('/me', (req, res) => res.json(req.user ?? null))
app.listen(port)
