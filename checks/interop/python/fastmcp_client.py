import os

from fastmcp import Client


async def list_notes() -> list[str]:
    async with Client(os.environ["OAUTH_RESOURCE"], auth="oauth") as client:
        result = await client.call_tool("list_notes")
        return result.data
