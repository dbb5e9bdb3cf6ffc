package zitadel

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	httphelper "github.com/zitadel/oidc/v3/pkg/http"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// SignedIn is yours: keep the tokens in the user's session.
type SignedIn = rp.CodeExchangeUserinfoCallback[*oidc.IDTokenClaims, *oidc.UserInfo]

// New serves /login and /oauth/callback. The relying party refreshes and revokes tokens, and ends sessions.
func New(ctx context.Context, signedIn SignedIn, options ...rp.Option) (rp.RelyingParty, http.Handler, error) {
	key := make([]byte, 32) // the same in all processes of the application, and secret
	rand.Read(key)
	cookies := httphelper.NewCookieHandler(key, key, httphelper.WithUnsecure()) // unsecure: for http://localhost
	party, err := rp.NewRelyingPartyOIDC(ctx,
		os.Getenv("OAUTH_ISSUER"),
		os.Getenv("OAUTH_CLIENT_ID"),
		os.Getenv("OAUTH_CLIENT_SECRET"),
		os.Getenv("OAUTH_REDIRECT_URI"),
		[]string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, oidc.ScopeOfflineAccess, "notes:read"},
		append(options, rp.WithPKCE(cookies))...,
	)
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /login", rp.AuthURLHandler(rand.Text, party))
	mux.Handle("GET /oauth/callback", rp.CodeExchangeHandler(rp.UserinfoCallback(signedIn), party))
	return party, mux, nil
}
