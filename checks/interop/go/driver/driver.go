// Package driver is what the programs share: it registers clients, plays the browser and prints results.
package driver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// App is the origin of an application: registered before the application exists, because its redirect URI is part of its
// settings.
type App struct {
	Origin   string
	listener net.Listener
}

// Listen takes a free port for an application.
func Listen() *App {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	return &App{Origin: fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port), listener: listener}
}

// Serve starts the application.
func (app *App) Serve(handler http.Handler) { go http.Serve(app.listener, handler) }

// RedirectURI is what the samples get as OAUTH_REDIRECT_URI.
func (app *App) RedirectURI() string { return app.Origin + "/oauth/callback" }

// Metadata is what a client registers.
type Metadata map[string]any

// WebApp is the metadata of an application with a sign-in: the least that a client needs.
func (app *App) WebApp() Metadata {
	return Metadata{
		"redirect_uris": []string{app.RedirectURI()},
		"grant_types":   []string{"authorization_code", "refresh_token"},
		"scope":         "openid profile email offline_access notes:read",
	}
}

// With returns the metadata with another member.
func (metadata Metadata) With(name string, value any) Metadata {
	copied := Metadata{name: value}
	for other, kept := range metadata {
		if other != name {
			copied[other] = kept
		}
	}
	return copied
}

// Use registers a client and makes its settings the environment of the samples.
func (app *App) Use(metadata Metadata) {
	id, secret := Register(metadata)
	os.Setenv("OAUTH_CLIENT_ID", id)
	os.Setenv("OAUTH_CLIENT_SECRET", secret)
	os.Setenv("OAUTH_REDIRECT_URI", app.RedirectURI())
}

// Register registers a client, and returns its id and its secret.
func Register(metadata Metadata) (id, secret string) {
	body := must(json.Marshal(metadata))
	response := must(http.Post(os.Getenv("INTEROP_REGISTER"), "application/json", bytes.NewReader(body)))
	answer := read(response)
	var client struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	check(json.Unmarshal([]byte(answer), &client))
	if response.StatusCode != http.StatusCreated {
		panic("registration: " + answer)
	}
	return client.ID, client.Secret
}

// Browser is a browser with a cookie jar.
func Browser() *http.Client {
	return &http.Client{Jar: must(cookiejar.New(nil)), Timeout: 20 * time.Second}
}

// Open returns the page where a browser ends, and fails unless that is a page of the application.
func (app *App) Open(browser *http.Client, path string) (string, error) {
	response, err := browser.Get(app.Origin + path)
	if err != nil {
		return "", err
	}
	page := read(response)
	if at := response.Request.URL; response.StatusCode != http.StatusOK || !strings.HasPrefix(at.String(), app.Origin) {
		return page, fmt.Errorf("%d at %s: %s", response.StatusCode, at, page)
	}
	return page, nil
}

// Call sends a request with an access token to the application, and returns the status and the body.
func (app *App) Call(path, token string) (int, string) {
	request := must(http.NewRequest(http.MethodGet, app.Origin+path, nil))
	request.Header.Set("Authorization", "Bearer "+token)
	response := must(http.DefaultClient.Do(request))
	return response.StatusCode, read(response)
}

func read(response *http.Response) string {
	defer response.Body.Close()
	return string(must(io.ReadAll(response.Body)))
}

// Library is a library under test.
type Library struct {
	Name    string
	Version string
	failed  bool
}

// Module returns the library with the version that this program was built with.
func Module(name, path string) *Library {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == path {
			return &Library{Name: name, Version: strings.TrimPrefix(module.Version, "v")}
		}
	}
	panic(path + " is not part of this program")
}

var failed bool

// Works runs a flow that must work with what the library's documentation says.
func (library *Library) Works(flow string, run func() error) { library.row(flow, "", run) }

// NeedsSetting runs a flow that works with one setting, named in Markdown.
func (library *Library) NeedsSetting(flow, setting string, run func() error) {
	library.row(flow, setting, run)
}

func (library *Library) row(flow, setting string, run func() error) {
	row := struct {
		Library string `json:"library"`
		Version string `json:"version"`
		Flow    string `json:"flow"`
		Result  string `json:"result"`
		Setting string `json:"setting,omitempty"`
		Detail  string `json:"detail,omitempty"`
	}{Library: library.Name, Version: library.Version, Flow: flow, Result: "works", Setting: setting}
	if setting != "" {
		row.Result = "setting"
	}
	if err := attempt(run); err != nil {
		row.Result, row.Setting, row.Detail, failed = "fails", "", err.Error(), true
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(row))
}

// End ends the program: with 1 when a flow failed.
func End() {
	if failed {
		os.Exit(1)
	}
}

func attempt(run func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%v", cause)
		}
	}()
	return run()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

// Release frees the port for another process, and returns the address.
func (app *App) Release() string {
	check(app.listener.Close())
	return app.listener.Addr().String()
}
