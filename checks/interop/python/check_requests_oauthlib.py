import interop
from interop import flow, resource

library = "requests-oauthlib"
redirect_uri = "https://app.example.com/callback"

with flow(library, "sign-in with PKCE, userinfo", setting='`pkce="S256"`'):
    interop.register_app(redirect_uri)
    app = interop.sample("requests_oauthlib_app")
    url, _ = app.begin()
    user = app.finish(interop.browse(url, redirect_uri))
    assert user["email"] == "ada@example.com", user

with flow(library, "automatic refresh"):
    before = app.client.token["access_token"]
    app.client._client._expires_at = 1
    app.client._client.populate_token_attributes({"expires_at": 1})
    assert app.client.get(app.server["userinfo_endpoint"]).json()["sub"] == "ada"
    assert app.client.token["access_token"] != before

with flow(library, "`audience=` in place of `resource=`"):
    interop.register_app(redirect_uri)
    app = interop.sample("requests_oauthlib_app")
    url, _ = app.client.authorization_url(app.server["authorization_endpoint"], audience=resource)
    app.finish(interop.browse(url, redirect_uri))
    assert resource in interop.sample("pyjwt_api").verify(app.client.token["access_token"])["aud"]

with flow(library, "client credentials with `resource`"):
    interop.register_job()
    job = interop.sample("requests_oauthlib_job")
    assert resource in interop.sample("pyjwt_api").verify(job.client.token["access_token"])["aud"]

interop.end()
