import os

from fastmcp import FastMCP
from fastmcp.server.auth.oidc_proxy import OIDCProxy

base_url = os.environ["OAUTH_REDIRECT_URI"].removesuffix("/auth/callback")

mcp = FastMCP(
    "Notes",
    auth=OIDCProxy(
        config_url=f"{os.environ['OAUTH_ISSUER']}/.well-known/openid-configuration",
        client_id=os.environ["OAUTH_CLIENT_ID"],
        client_secret=os.environ["OAUTH_CLIENT_SECRET"],
        audience=os.environ["OAUTH_RESOURCE"],
        base_url=base_url,
        required_scopes=["notes:read"],
    ),
)


@mcp.tool
def list_notes() -> list[str]:
    return ["Buy milk"]


app = mcp.http_app(path="/mcp")
