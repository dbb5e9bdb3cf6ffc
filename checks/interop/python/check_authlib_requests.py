import interop
from interop import flow, resource

redirect_uri = "https://app.example.com/callback"


def sign_in(**parameters):
    app = interop.sample("authlib_requests")
    url, kept = app.begin()
    url += "".join(f"&{name}={value}" for name, value in parameters.items())
    return app, app.finish(interop.browse(url, redirect_uri), kept)


with flow("Authlib", "sign-in with PKCE, ID token, userinfo", setting='`code_challenge_method="S256"`'):
    interop.register_app(redirect_uri)
    app, claims = sign_in()
    assert claims["sub"] == "ada" and claims["email"] == "ada@example.com", claims
    assert app.client.get(app.server["userinfo_endpoint"]).json()["name"] == "Ada Lovelace"

with flow("Authlib", "refresh, revocation"):
    before = app.client.token
    app.client.token["expires_at"] = 1
    assert app.client.get(app.server["userinfo_endpoint"]).status_code == 200
    after = app.client.token
    assert after["access_token"] != before["access_token"]
    answer = app.client.revoke_token(
        app.server["revocation_endpoint"], token=after["refresh_token"], token_type_hint="refresh_token"
    )
    assert answer.status_code == 200, answer.text
    try:
        app.client.refresh_token(refresh_token=after["refresh_token"])
    except Exception as error:
        assert "invalid_grant" in str(error), error
    else:
        raise AssertionError("the revoked token gives tokens")

with flow("Authlib", "sign-in, secret in the body"):
    interop.register_app(redirect_uri)
    app = interop.sample("authlib_requests")
    app.client.token_endpoint_auth_method = "client_secret_post"
    url, kept = app.begin()
    assert app.finish(interop.browse(url, redirect_uri), kept)["sub"] == "ada"

with flow("Authlib", "`audience=` in place of `resource=`"):
    interop.register_app(redirect_uri)
    app, _ = sign_in(audience=resource)
    assert resource in interop.sample("pyjwt_api").verify(app.client.token["access_token"])["aud"]

with flow("Authlib", "client credentials with `resource`"):
    interop.register_job()
    job = interop.sample("authlib_job")
    token = job.client.fetch_token(resource=resource)
    assert resource in interop.sample("pyjwt_api").verify(token["access_token"])["aud"]

with flow("Authlib", "introspection as the API"):
    access_token = interop.token(resource)
    interop.register_api()
    api = interop.sample("authlib_job")
    answer = api.client.introspect_token(api.server["introspection_endpoint"], token=access_token).json()
    assert answer["active"] is True and answer["scope"] == "notes:read", answer

with flow("Authlib", "`private_key_jwt`", setting="on the server: `privateKeyJwt({ audiences: 'endpoints' })`"):
    interop.register_key_client()
    token = interop.sample("authlib_private_key_jwt").client.fetch_token(resource=resource)
    assert resource in interop.sample("pyjwt_api").verify(token["access_token"])["aud"]

interop.end()
