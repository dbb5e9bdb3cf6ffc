package zitadel

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// Protect serves an API for requests whose access token is alive, is for it and has the scope.
func Protect(ctx context.Context, scope string, api http.Handler) (http.Handler, error) {
	server, err := rs.NewResourceServerClientCredentials(ctx,
		os.Getenv("OAUTH_ISSUER"), os.Getenv("OAUTH_CLIENT_ID"), os.Getenv("OAUTH_CLIENT_SECRET"))
	if err != nil {
		return nil, err
	}
	return introspect(server, scope, api), nil
}

func introspect(server rs.ResourceServer, scope string, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := strings.CutPrefix(r.Header.Get("Authorization"), oidc.PrefixBearer)
		token, err := rs.Introspect[*oidc.IntrospectionResponse](r.Context(), server, raw)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadGateway)
		case !token.Active || !slices.Contains(token.Audience, os.Getenv("OAUTH_RESOURCE")):
			http.Error(w, "invalid token", http.StatusUnauthorized)
		case !slices.Contains(token.Scope, scope):
			http.Error(w, "insufficient scope", http.StatusForbidden)
		default:
			api.ServeHTTP(w, r)
		}
	})
}
