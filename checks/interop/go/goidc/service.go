package goidc

import (
	"context"
	"net/http"
	"net/url"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2/clientcredentials"
)

// Service returns an HTTP client for a program that calls the API for itself, without a user.
func Service(ctx context.Context) (*http.Client, error) {
	provider, err := oidc.NewProvider(ctx, os.Getenv("OAUTH_ISSUER"))
	if err != nil {
		return nil, err
	}
	config := clientcredentials.Config{
		ClientID:       os.Getenv("OAUTH_CLIENT_ID"),
		ClientSecret:   os.Getenv("OAUTH_CLIENT_SECRET"),
		TokenURL:       provider.Endpoint().TokenURL,
		Scopes:         []string{"notes:read"},
		EndpointParams: url.Values{"resource": {os.Getenv("OAUTH_RESOURCE")}},
	}
	return config.Client(ctx), nil
}
