package goidc

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Protect serves an API for requests with an access token that is a JWT for it and has the scope.
func Protect(ctx context.Context, scope string, api http.Handler) (http.Handler, error) {
	provider, err := oidc.NewProvider(ctx, os.Getenv("OAUTH_ISSUER"))
	if err != nil {
		return nil, err
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: os.Getenv("OAUTH_RESOURCE")}) // the audience

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		var claims struct {
			Scope string `json:"scope"`
		}
		token, err := verifier.Verify(r.Context(), raw)
		if err == nil {
			err = token.Claims(&claims)
		}
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			http.Error(w, "invalid token", http.StatusUnauthorized)
			return
		}
		if !slices.Contains(strings.Fields(claims.Scope), scope) {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+scope+`"`)
			http.Error(w, "insufficient scope", http.StatusForbidden)
			return
		}
		api.ServeHTTP(w, r)
	}), nil
}
