package main

import (
	"bytes"
	"crypto/rand"
	"debug/buildinfo"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"interop/driver"
)

const proxyBinary = "bin/oauth2-proxy"

// eventually repeats a check until it passes, for twenty seconds at most.
func eventually(check func() error) error {
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		err := check()
		if err == nil || time.Since(begun) > 20*time.Second {
			return err
		}
	}
}

// behindProxy starts the proxy in front of an application that answers with the headers that the proxy adds, and stops it
// after the check.
func behindProxy(options []string, check func(proxy *driver.App) error) error {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "user=%s email=%s token=%s", r.Header.Get("X-Forwarded-User"), r.Header.Get("X-Forwarded-Email"),
			r.Header.Get("X-Forwarded-Access-Token"))
	}))
	defer upstream.Close()

	proxy := driver.Listen()
	metadata := proxy.WebApp().With("redirect_uris", []string{proxy.Origin + "/oauth2/callback"})
	proxy.Use(metadata)
	os.Setenv("OAUTH_REDIRECT_URI", proxy.Origin+"/oauth2/callback")
	os.Setenv("COOKIE_SECRET", rand.Text()[:16])
	os.Setenv("LISTEN", proxy.Release())
	os.Setenv("UPSTREAM", upstream.URL)

	var output bytes.Buffer
	command := exec.Command("bash", append([]string{"oauth2-proxy/start.sh", "--cookie-secure=false", "--pass-access-token"}, options...)...)
	command.Env = append(os.Environ(), "PATH=bin:"+os.Getenv("PATH"))
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		return err
	}
	end := sync.OnceFunc(func() {
		command.Process.Kill()
		command.Wait()
	})
	defer end()
	err := eventually(func() error {
		response, err := http.Get(proxy.Origin + "/ping")
		if err == nil {
			response.Body.Close()
		}
		return err
	})
	if err == nil {
		err = check(proxy)
	}
	if err != nil {
		end()
		return fmt.Errorf("%w: %s", err, output.String())
	}
	return nil
}

// throughProxy returns the page of the application after a sign-in, and its access token.
func throughProxy(proxy *driver.App, browser *http.Client) (string, error) {
	page, err := proxy.Open(browser, "/oauth2/start?rd=/")
	if err == nil && !strings.HasPrefix(page, "user=ada email=ada@example.com token=") {
		err = errors.New("the application was asked with " + page)
	}
	return page, err
}

func checkOAuth2Proxy() {
	build, err := buildinfo.ReadFile(proxyBinary)
	if err != nil {
		panic(err)
	}
	library := &driver.Library{Name: "oauth2-proxy"}
	for _, module := range append(build.Deps, &build.Main) {
		if module.Path == "github.com/oauth2-proxy/oauth2-proxy/v7" {
			library.Version = strings.TrimPrefix(module.Version, "v")
		}
	}

	const pkce = "`--code-challenge-method=S256`"
	library.NeedsSetting("sign-in, refresh", pkce, func() error {
		return behindProxy([]string{"--cookie-refresh=1s"}, func(proxy *driver.App) error {
			browser := driver.Browser()
			first, err := throughProxy(proxy, browser)
			if err != nil {
				return err
			}
			return eventually(func() error {
				page, err := proxy.Open(browser, "/")
				if err == nil && page == first {
					err = errors.New("the access token was not refreshed")
				}
				return err
			})
		})
	})
	library.NeedsSetting("sign-in, `--allowed-group` (asks for the scope `groups`)", pkce, func() error {
		return behindProxy([]string{"--allowed-group=editors", "--scope="}, func(proxy *driver.App) error {
			// The user is in no group: the proxy refuses her after a sign-in without an error.
			if page, err := throughProxy(proxy, driver.Browser()); err == nil || !strings.Contains(err.Error(), "403") {
				return fmt.Errorf("the proxy let her in, or the sign-in failed: %s %w", page, err)
			}
			return nil
		})
	})
	library.NeedsSetting("JWT access token in the API", "`--oidc-extra-audience`", func() error {
		options := []string{"--skip-jwt-bearer-tokens", "--oidc-extra-audience=" + os.Getenv("OAUTH_RESOURCE")}
		_, token, err := signIn(asIs)
		if err != nil {
			return err
		}
		return behindProxy(options, func(proxy *driver.App) error {
			if status, page := proxy.Call("/", token.AccessToken); status != http.StatusOK || !strings.HasPrefix(page, "user=ada") {
				return fmt.Errorf("the proxy answered %d %s", status, page)
			}
			return nil
		})
	})
}
