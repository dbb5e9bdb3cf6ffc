import os

import requests
from fastmcp import FastMCP
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.jwt import JWTVerifier

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()
url = os.environ["OAUTH_RESOURCE"]  # where clients reach it: https://notes.example.com/mcp

mcp = FastMCP(
    "Notes",
    auth=RemoteAuthProvider(
        token_verifier=JWTVerifier(
            jwks_uri=server["jwks_uri"], issuer=issuer, audience=url, required_scopes=["notes:read"]
        ),
        authorization_servers=[issuer],
        base_url=url.removesuffix("/mcp"),
    ),
)


@mcp.tool
def list_notes() -> list[str]:
    return ["Buy milk"]


app = mcp.http_app(path="/mcp")
