import os

import requests
from requests_oauthlib import OAuth2Session

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()
client_id = os.environ["OAUTH_CLIENT_ID"]
client_secret = os.environ["OAUTH_CLIENT_SECRET"]

client = OAuth2Session(
    client_id,
    scope=["openid", "profile", "email", "offline_access", "notes:read"],
    redirect_uri=os.environ["OAUTH_REDIRECT_URI"],
    pkce="S256",
    auto_refresh_url=server["token_endpoint"],
    auto_refresh_kwargs={"client_id": client_id, "client_secret": client_secret},
    token_updater=lambda token: setattr(client, "token", token),  # store it
)


def begin() -> tuple[str, str]:
    """Returns where to send the browser, and the state."""
    return client.authorization_url(server["authorization_endpoint"])


def finish(callback_url: str) -> dict:
    client.fetch_token(server["token_endpoint"], client_secret=client_secret, authorization_response=callback_url)
    return client.get(server["userinfo_endpoint"]).json()
