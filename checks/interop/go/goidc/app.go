package goidc

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// User is the signed-in user, from the ID token.
type User struct {
	Subject string `json:"sub"`
	Name    string `json:"name"`
	Email   string `json:"email"`
}

// App signs users in.
type App struct {
	Provider *oidc.Provider
	Config   oauth2.Config
	// SignedIn is yours: keep the token in the user's session. Config.Client(ctx, token) calls the API and refreshes it.
	SignedIn func(w http.ResponseWriter, r *http.Request, user User, token *oauth2.Token)
}

// New reads the settings, and what the server says about itself.
func New(ctx context.Context) (*App, error) {
	provider, err := oidc.NewProvider(ctx, os.Getenv("OAUTH_ISSUER"))
	if err != nil {
		return nil, err
	}
	return &App{Provider: provider, Config: oauth2.Config{
		ClientID:     os.Getenv("OAUTH_CLIENT_ID"),
		ClientSecret: os.Getenv("OAUTH_CLIENT_SECRET"),
		RedirectURL:  os.Getenv("OAUTH_REDIRECT_URI"),
		Endpoint:     provider.Endpoint(),
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess, "notes:read"},
	}}, nil
}

// Login sends the user to the server.
func (app *App) Login(w http.ResponseWriter, r *http.Request) {
	state, nonce, pkce := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	for name, value := range map[string]string{"state": state, "nonce": nonce, "pkce": pkce} {
		http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 600, HttpOnly: true, Secure: r.TLS != nil})
	}
	http.Redirect(w, r, app.Config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(pkce)), http.StatusFound)
}

// Callback is the redirect URI.
func (app *App) Callback(w http.ResponseWriter, r *http.Request) {
	state, nonce, pkce := cookie(r, "state"), cookie(r, "nonce"), cookie(r, "pkce")
	if state == "" || r.FormValue("state") != state {
		http.Error(w, "this sign-in was begun in another browser", http.StatusBadRequest)
		return
	}
	token, err := app.Config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(pkce))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := app.Provider.Verifier(&oidc.Config{ClientID: app.Config.ClientID}).Verify(r.Context(), raw)
	if err != nil || idToken.Nonce != nonce {
		http.Error(w, "the ID token is not for this sign-in", http.StatusBadGateway)
		return
	}
	var user User
	if err := idToken.Claims(&user); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	app.SignedIn(w, r, user, token)
}

func cookie(r *http.Request, name string) string {
	if cookie, err := r.Cookie(name); err == nil {
		return cookie.Value
	}
	return ""
}
