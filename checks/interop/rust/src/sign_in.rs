use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreTokenResponse};
use openidconnect::reqwest::{blocking, redirect, Url};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use std::env::var;
use std::error::Error;

pub type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the session of the browser keeps between the two requests.
pub struct Begun {
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
}

pub fn http() -> Result<blocking::Client, Box<dyn Error>> {
    Ok(blocking::Client::builder().redirect(redirect::Policy::none()).build()?)
}

pub fn client(http: &blocking::Client) -> Result<Client, Box<dyn Error>> {
    let server = CoreProviderMetadata::discover(&IssuerUrl::new(var("OAUTH_ISSUER")?)?, http)?;
    let secret = var("OAUTH_CLIENT_SECRET").ok().map(ClientSecret::new); // a native app has none
    Ok(CoreClient::from_provider_metadata(server, ClientId::new(var("OAUTH_CLIENT_ID")?), secret)
        .set_redirect_uri(RedirectUrl::new(var("OAUTH_REDIRECT_URI")?)?))
}

/// Redirect the browser to the URL.
pub fn begin(client: &Client) -> (Url, Begun) {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let scopes = ["profile", "email", "offline_access", "notes:read"];
    let (url, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(scopes.map(|scope| Scope::new(scope.to_string())))
        .set_pkce_challenge(challenge)
        .url();
    (url, Begun { state, nonce, verifier })
}

/// Call this with `code` and `state` of the request to the redirect URI.
/// `tokens.id_token().claims(&client.id_token_verifier(), &nonce)` verifies who signed in.
pub fn finish(
    client: &Client,
    http: &blocking::Client,
    begun: Begun,
    (code, state): (String, String),
) -> Result<(CoreTokenResponse, Nonce), Box<dyn Error>> {
    if &state != begun.state.secret() {
        return Err("this sign-in was begun in another browser".into());
    }
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))?
        .set_pkce_verifier(begun.verifier)
        .request(http)?;
    Ok((tokens, begun.nonce))
}
