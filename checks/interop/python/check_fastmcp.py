import asyncio
import os
import re
import threading
import webbrowser

import interop
import requests
from interop import flow, resource


def browser(url: str) -> None:
    """The user agrees on the page of OIDCProxy too."""
    session = requests.Session()
    page = session.get(url)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    if fields:
        session.post(page.url, data={**fields, "action": "approve"})


webbrowser.open = lambda url, *_: threading.Thread(target=browser, args=[url], daemon=True).start()


def call_mcp(server: str, url: str) -> None:
    interop.serve_asgi(interop.sample(server).app, int(url.split(":")[2].split("/")[0]))
    assert requests.post(url, json={}).status_code == 401
    assert asyncio.run(asyncio.wait_for(interop.sample("fastmcp_client").list_notes(), 60)) == ["Buy milk"]


def own_host(url: str) -> None:
    """Gives the MCP server an authorization server whose API it is."""
    host = requests.post(os.environ["INTEROP_HOSTS"], json={"resource": url}).json()
    os.environ.update(OAUTH_ISSUER=host["issuer"], OAUTH_RESOURCE=url, INTEROP_REGISTER=host["registerUrl"])


with flow("fastmcp", "`IntrospectionTokenVerifier` as the API"):
    access_token = interop.token(resource)
    interop.register_api()
    verifier = interop.sample("fastmcp_introspection").token_verifier
    checked = asyncio.run(verifier.verify_token(access_token))
    assert checked is not None and checked.scopes == ["notes:read"], checked
    assert asyncio.run(verifier.verify_token("nonsense")) is None

with flow("fastmcp", "client: discovery, registration, PKCE, `resource`; server: `JWTVerifier`"):
    url = f"http://localhost:{interop.free_port()}/mcp"
    own_host(url)
    call_mcp("fastmcp_server", url)

with flow("MCP SDK", "client credentials, `private_key_jwt`, `resource`", "mcp"):
    interop.register_key_client()
    notes = asyncio.run(asyncio.wait_for(interop.sample("mcp_sdk_job").list_notes(), 60))
    assert notes == ["Buy milk"], notes

with flow("fastmcp", "`OIDCProxy`"):
    base_url = f"http://localhost:{interop.free_port()}"
    own_host(f"{base_url}/mcp")
    interop.register_app(f"{base_url}/auth/callback")
    call_mcp("fastmcp_proxy", f"{base_url}/mcp")

interop.end()
