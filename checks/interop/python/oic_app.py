import os

from oic import rndstr
from oic.oic import Client
from oic.oic.message import AuthorizationResponse, RegistrationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD

client = Client(client_authn_method=CLIENT_AUTHN_METHOD)
client.provider_config(os.environ["OAUTH_ISSUER"])
client.store_registration_info(
    RegistrationResponse(
        client_id=os.environ["OAUTH_CLIENT_ID"],
        client_secret=os.environ["OAUTH_CLIENT_SECRET"],
        redirect_uris=[os.environ["OAUTH_REDIRECT_URI"]],
    )
)


def begin() -> tuple[str, dict]:
    """Returns where to send the browser, and what to keep until it is back."""
    kept = {"state": rndstr(), "nonce": rndstr()}
    challenge, kept["code_verifier"] = client.add_code_challenge()
    arguments = {
        "client_id": client.client_id,
        "response_type": "code",
        "scope": ["openid", "profile", "email"],
        "redirect_uri": client.registration_response["redirect_uris"][0],
        "state": kept["state"],
        "nonce": kept["nonce"],
        **challenge,
    }
    return client.construct_AuthorizationRequest(request_args=arguments).request(client.authorization_endpoint), kept


def finish(query: str, kept: dict) -> dict:
    """`query` is the query string with which the browser came back."""
    answer = client.parse_response(AuthorizationResponse, info=query, sformat="urlencoded")
    if answer["state"] != kept["state"]:
        raise ValueError("This answer is not for this browser.")
    token = client.do_access_token_request(
        state=answer["state"],
        request_args={"code": answer["code"], "code_verifier": kept["code_verifier"]},
        authn_method="client_secret_basic",
    )
    if token["id_token"]["nonce"] != kept["nonce"]:
        raise ValueError("This ID token is not for this browser.")
    return client.do_user_info_request(state=answer["state"]).to_dict()
