exec oauth2-proxy \
  --provider=oidc \
  --oidc-issuer-url="$OAUTH_ISSUER" \
  --client-id="$OAUTH_CLIENT_ID" \
  --client-secret="$OAUTH_CLIENT_SECRET" \
  --redirect-url="$OAUTH_REDIRECT_URI" \
  --code-challenge-method=S256 \
  --scope="openid profile email offline_access" \
  --email-domain="*" \
  --cookie-secret="$COOKIE_SECRET" \
  --http-address="$LISTEN" \
  --upstream="$UPSTREAM" \
  "$@"
