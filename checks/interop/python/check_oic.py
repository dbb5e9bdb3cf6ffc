import interop
from interop import flow, issuer
from oic.oic import Client
from oic.utils.authn.client import CLIENT_AUTHN_METHOD

redirect_uri = "https://app.example.com/callback"

with flow("pyoidc", "sign-in with PKCE, ID token, userinfo", "oic", "`client.add_code_challenge()`"):
    interop.register_app(redirect_uri, "openid profile email")
    app = interop.sample("oic_app")
    url, kept = app.begin()
    user = app.finish(interop.browse(url, redirect_uri).split("?")[1], kept)
    assert user["email"] == "ada@example.com", user

with flow("pyoidc", "dynamic registration, read back", "oic"):
    client = Client(client_authn_method=CLIENT_AUTHN_METHOD)
    server = client.provider_config(issuer)
    registered = client.register(server["registration_endpoint"], redirect_uris=[redirect_uri])
    assert client.registration_read()["client_id"] == registered["client_id"]

interop.end()
