import interop
from interop import flow, resource


def check(name: str, library: str) -> None:
    with flow(library, "JWT access token as the API, with `resource` and without"):
        for access_token in [interop.token(resource), interop.token()]:
            claims = interop.sample(name).verify(access_token)
            assert claims["scope"] == "notes:read" and claims["aud"] == resource, claims
            try:
                interop.sample(name).verify(access_token[:-8] + "AAAAAAAA")
            except Exception:
                continue
            raise AssertionError("a false signature passed")


check("pyjwt_api", "PyJWT")
check("joserfc_api", "joserfc")
interop.end()
