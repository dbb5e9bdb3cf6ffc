import os

import httpx2
from mcp import Client
from mcp.client.auth.extensions.client_credentials import PrivateKeyJWTOAuthProvider, SignedJWTParameters
from mcp.client.streamable_http import streamable_http_client


class Storage:
    """Keeps tokens in memory."""

    tokens = client_info = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client_info

    async def set_client_info(self, client_info):
        self.client_info = client_info


async def list_notes() -> list[str]:
    url = os.environ["OAUTH_RESOURCE"]
    client_id = os.environ["OAUTH_CLIENT_ID"]
    key = SignedJWTParameters(issuer=client_id, subject=client_id, signing_key=os.environ["OAUTH_CLIENT_KEY"])
    auth = PrivateKeyJWTOAuthProvider(
        server_url=url,
        storage=Storage(),
        client_id=client_id,
        assertion_provider=key.create_assertion_provider(),
        scope="notes:read",
        issuer=os.environ["OAUTH_ISSUER"],
    )
    async with httpx2.AsyncClient(auth=auth) as http_client:
        async with Client(streamable_http_client(url, http_client=http_client)) as client:
            result = await client.call_tool("list_notes")
            return result.structured_content["result"]
