package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"os"

	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"interop/driver"
	"interop/zitadel"
)

const afterLogout = "http://localhost/signed-out"

type zitadelSession struct {
	party  rp.RelyingParty
	tokens *oidc.Tokens[*oidc.IDTokenClaims]
}

func zitadelSignIn(metadata driver.Metadata, options ...rp.Option) (*zitadelSession, error) {
	site := driver.Listen()
	app := site.WebApp()
	for name, value := range metadata {
		app = app.With(name, value)
	}
	site.Use(app)
	session := &zitadelSession{}
	var user *oidc.UserInfo
	party, handler, err := zitadel.New(ctx, func(_ http.ResponseWriter, _ *http.Request, tokens *oidc.Tokens[*oidc.IDTokenClaims], _ string, _ rp.RelyingParty, info *oidc.UserInfo) {
		session.tokens, user = tokens, info
	}, options...)
	if err != nil {
		return nil, err
	}
	session.party = party
	site.Serve(handler)
	if _, err := site.Open(driver.Browser(), "/login"); err != nil {
		return nil, err
	}
	if user.Subject != "ada" || user.Name != "Ada Lovelace" || user.Email != "ada@example.com" {
		return nil, fmt.Errorf("signed in as %+v", user)
	}
	return session, nil
}

func (session *zitadelSession) refresh() error {
	renewed, err := rp.RefreshTokens[*oidc.IDTokenClaims](ctx, session.party, session.tokens.RefreshToken, "", "")
	if err != nil {
		return err
	}
	if renewed.AccessToken == session.tokens.AccessToken {
		return errors.New("the access token is the same")
	}
	session.tokens = renewed
	return nil
}

// revoke revokes the refresh token, and checks that it is no use any more.
func (session *zitadelSession) revoke() error {
	if err := rp.RevokeToken(ctx, session.party, session.tokens.RefreshToken, "refresh_token"); err != nil {
		return err
	}
	if session.refresh() == nil {
		return errors.New("a revoked refresh token gave tokens")
	}
	return nil
}

// key returns a new key as PEM, and a JWKS with its public half.
func key(id string) ([]byte, map[string]any) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(private)})
	base64url := base64.RawURLEncoding.EncodeToString
	jwk := map[string]any{
		"kty": "RSA", "kid": id, "alg": "RS256", "use": "sig",
		"n": base64url(private.N.Bytes()), "e": base64url(big.NewInt(int64(private.E)).Bytes()),
	}
	return text, map[string]any{"keys": []any{jwk}}
}

// anAPI is the metadata of an API that may introspect the tokens that are for it.
func anAPI() driver.Metadata {
	return driver.Metadata{"grant_types": []string{}, "resources": []string{os.Getenv("OAUTH_RESOURCE")}}
}

func checkIntrospection(metadata driver.Metadata, protect func(http.Handler) (http.Handler, error)) error {
	session, err := zitadelSignIn(nil)
	if err != nil {
		return err
	}
	api := driver.Listen()
	api.Use(metadata)
	handler, err := protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "notes") }))
	if err != nil {
		return err
	}
	api.Serve(handler)
	if status, body := api.Call("/", "nonsense"); status != http.StatusUnauthorized {
		return fmt.Errorf("the API answered %d to nonsense: %s", status, body)
	}
	if status, body := api.Call("/", session.tokens.AccessToken); status != http.StatusOK {
		return fmt.Errorf("the API answered %d %s", status, body)
	}
	return nil
}

func checkZitadel() {
	library := driver.Module("zitadel/oidc", "github.com/zitadel/oidc/v3")
	withKey := func(metadata driver.Metadata, jwks map[string]any) driver.Metadata {
		return metadata.With("token_endpoint_auth_method", "private_key_jwt").With("jwks", jwks)
	}

	library.NeedsSetting("rp: sign-in, userinfo, refresh, revocation", "`rp.WithPKCE`", func() error {
		session, err := zitadelSignIn(nil)
		if err == nil {
			err = session.refresh()
		}
		if err == nil {
			err = session.revoke()
		}
		return err
	})
	library.NeedsSetting("rp: the same with a key (`WithJWTProfile`)", "`privateKeyJwt({ audiences: 'endpoints' })`", func() error {
		pem, jwks := key("app")
		session, err := zitadelSignIn(withKey(driver.Metadata{}, jwks), zitadel.WithKey(pem, "app"))
		if err == nil {
			err = session.refresh()
		}
		if err == nil {
			err = session.revoke()
		}
		return err
	})
	library.NeedsSetting("rp: logout", "`enable_end_session`", func() error {
		session, err := zitadelSignIn(driver.Metadata{
			"post_logout_redirect_uris": []string{afterLogout}, "enable_end_session": true,
		})
		if err != nil {
			return err
		}
		to, err := rp.EndSession(ctx, session.party, session.tokens.IDToken, afterLogout, "a state", "", nil)
		if err != nil {
			return err
		}
		if to == nil || to.String() != afterLogout+"?state=a%20state" {
			return fmt.Errorf("the logout led to %v", to)
		}
		return nil
	})
	library.Works("rp: client credentials with `resource`", func() error {
		useService(driver.Metadata{})
		party, err := rp.NewRelyingPartyOIDC(ctx, os.Getenv("OAUTH_ISSUER"), os.Getenv("OAUTH_CLIENT_ID"),
			os.Getenv("OAUTH_CLIENT_SECRET"), "", []string{"notes:read"})
		if err != nil {
			return err
		}
		token, err := rp.ClientCredentials(ctx, party, url.Values{"resource": {os.Getenv("OAUTH_RESOURCE")}})
		if err != nil {
			return err
		}
		return callAPI(token.AccessToken)
	})
	library.Works("rs: introspection", func() error {
		return checkIntrospection(anAPI(), func(api http.Handler) (http.Handler, error) {
			return zitadel.Protect(ctx, "notes:read", api)
		})
	})
	library.NeedsSetting("rs: introspection with a key", "`privateKeyJwt({ audiences: 'endpoints' })`", func() error {
		pem, jwks := key("api")
		return checkIntrospection(withKey(anAPI(), jwks), func(api http.Handler) (http.Handler, error) {
			return zitadel.ProtectWithKey(ctx, pem, "api", "notes:read", api)
		})
	})
}
