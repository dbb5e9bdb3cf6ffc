package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"interop/driver"
	"interop/goidc"
)

var ctx = context.Background()

// signIn signs a user in with the sample, and returns it with the tokens. `change` changes its settings.
func signIn(change func(*oauth2.Config)) (*goidc.App, *oauth2.Token, error) {
	site := driver.Listen()
	site.Use(site.WebApp())
	app, err := goidc.New(ctx)
	if err != nil {
		return nil, nil, err
	}
	change(&app.Config)
	var user goidc.User
	var token *oauth2.Token
	app.SignedIn = func(_ http.ResponseWriter, _ *http.Request, signedIn goidc.User, issued *oauth2.Token) {
		user, token = signedIn, issued
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", app.Login)
	mux.HandleFunc("GET /oauth/callback", app.Callback)
	site.Serve(mux)
	if _, err := site.Open(driver.Browser(), "/login"); err != nil {
		return nil, nil, err
	}
	if want := (goidc.User{Subject: "ada", Name: "Ada Lovelace", Email: "ada@example.com"}); user != want {
		return nil, nil, fmt.Errorf("signed in as %+v", user)
	}
	return app, token, nil
}

func asIs(*oauth2.Config) {}

// parameter adds one to the authorization request, as oauth2.SetAuthURLParam does.
func parameter(name, value string) func(*oauth2.Config) {
	return func(config *oauth2.Config) { config.Endpoint.AuthURL += "?" + url.Values{name: {value}}.Encode() }
}

// callAPI calls an API that the sample protects.
func callAPI(token string) error {
	api := driver.Listen()
	protected, err := goidc.Protect(ctx, "notes:read", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "notes")
	}))
	if err != nil {
		return err
	}
	api.Serve(protected)
	if status, _ := api.Call("/", "nonsense"); status != http.StatusUnauthorized {
		return fmt.Errorf("the API answered %d to nonsense", status)
	}
	if status, body := api.Call("/", token); status != http.StatusOK || body != "notes" {
		return fmt.Errorf("the API answered %d %s", status, body)
	}
	return nil
}

func refresh(app *goidc.App, token *oauth2.Token) (*oauth2.Token, error) {
	expired := *token
	expired.Expiry = time.Now().Add(-time.Minute)
	renewed, err := app.Config.TokenSource(ctx, &expired).Token()
	if err == nil && renewed.AccessToken == token.AccessToken {
		err = errors.New("the access token is the same")
	}
	return renewed, err
}

func checkGoOIDC() {
	library := driver.Module("go-oidc", "github.com/coreos/go-oidc/v3")
	library.Works("sign-in, userinfo, refresh", func() error {
		app, token, err := signIn(asIs)
		if err != nil {
			return err
		}
		info, err := app.Provider.UserInfo(ctx, app.Config.TokenSource(ctx, token))
		if err != nil {
			return err
		}
		if info.Subject != "ada" || info.Email != "ada@example.com" || !info.EmailVerified {
			return fmt.Errorf("userinfo %+v", info)
		}
		renewed, err := refresh(app, token)
		if err != nil {
			return err
		}
		if raw, ok := renewed.Extra("id_token").(string); ok {
			_, err = app.Provider.Verifier(&oidc.Config{ClientID: app.Config.ClientID}).Verify(ctx, raw)
		}
		return err
	})
	library.Works("JWT access token in the API", func() error {
		app, token, err := signIn(asIs)
		if err != nil {
			return err
		}
		if err := callAPI(token.AccessToken); err != nil {
			return err
		}
		renewed, err := refresh(app, token)
		if err != nil {
			return err
		}
		return callAPI(renewed.AccessToken)
	})
	library.Works("JWT access token, `NewVerifier`", func() error {
		app, token, err := signIn(parameter("resource", os.Getenv("OAUTH_RESOURCE")))
		if err != nil {
			return err
		}
		var metadata struct {
			JWKS string `json:"jwks_uri"`
		}
		if err := app.Provider.Claims(&metadata); err != nil {
			return err
		}
		keys := oidc.NewRemoteKeySet(ctx, metadata.JWKS)
		config := &oidc.Config{ClientID: os.Getenv("OAUTH_RESOURCE")}
		_, err = oidc.NewVerifier(os.Getenv("OAUTH_ISSUER"), keys, config).Verify(ctx, token.AccessToken)
		return err
	})
}

// useService registers a client that acts for itself.
func useService(metadata driver.Metadata) {
	driver.Listen().Use(metadata.With("grant_types", []string{"client_credentials"}).With("scope", "notes:read"))
}

func checkOAuth2() {
	library := driver.Module("x/oauth2", "golang.org/x/oauth2")
	library.Works("client credentials with `resource`", func() error {
		useService(driver.Metadata{})
		client, err := goidc.Service(ctx)
		if err != nil {
			return err
		}
		token, err := client.Transport.(*oauth2.Transport).Source.Token()
		if err != nil {
			return err
		}
		return callAPI(token.AccessToken)
	})
	clientCredentials := func(parameters url.Values) func() error {
		return func() error {
			useService(driver.Metadata{})
			provider, err := oidc.NewProvider(ctx, os.Getenv("OAUTH_ISSUER"))
			if err != nil {
				return err
			}
			config := clientcredentials.Config{
				ClientID:       os.Getenv("OAUTH_CLIENT_ID"),
				ClientSecret:   os.Getenv("OAUTH_CLIENT_SECRET"),
				TokenURL:       provider.Endpoint().TokenURL,
				EndpointParams: parameters,
			}
			token, err := config.Token(ctx)
			if err != nil {
				return err
			}
			return callAPI(token.AccessToken)
		}
	}
	library.Works("client credentials without `resource`", clientCredentials(nil))
	library.Works("client credentials, `audience`", clientCredentials(url.Values{"audience": {os.Getenv("OAUTH_RESOURCE")}}))
	library.Works("sign-in, `audience`", func() error {
		_, token, err := signIn(parameter("audience", os.Getenv("OAUTH_RESOURCE")))
		if err != nil {
			return err
		}
		return callAPI(token.AccessToken)
	})
	withStyle := func(style oauth2.AuthStyle) func() error {
		return func() error {
			_, _, err := signIn(func(config *oauth2.Config) { config.Endpoint.AuthStyle = style })
			return err
		}
	}
	library.Works("sign-in, `AuthStyleInHeader`", withStyle(oauth2.AuthStyleInHeader))
	library.Works("sign-in, `AuthStyleInParams`", withStyle(oauth2.AuthStyleInParams))
}
