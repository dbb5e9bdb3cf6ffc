package zitadel

import (
	"context"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
)

// WithKey is the option of a relying party that signs its assertions (private_key_jwt) and has no secret.
func WithKey(pem []byte, keyID string) rp.Option {
	return rp.WithJWTProfile(rp.SignerFromKeyAndKeyID(pem, keyID))
}

// ProtectWithKey is Protect for an API that authenticates with a key.
func ProtectWithKey(ctx context.Context, pem []byte, keyID, scope string, api http.Handler) (http.Handler, error) {
	server, err := rs.NewResourceServerJWTProfile(ctx, os.Getenv("OAUTH_ISSUER"), os.Getenv("OAUTH_CLIENT_ID"), keyID, pem)
	if err != nil {
		return nil, err
	}
	return introspect(server, scope, api), nil
}
