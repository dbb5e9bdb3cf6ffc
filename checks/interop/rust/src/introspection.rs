use oauth2::basic::{BasicClient, BasicTokenIntrospectionResponse};
use oauth2::{reqwest::blocking, AccessToken, ClientId, ClientSecret, IntrospectionUrl};
use std::env::var;
use std::error::Error;

/// Asks the server about a token that the API received. Check `active()` and `scopes()`.
pub fn introspect(
    http: &blocking::Client,
    token: &str,
) -> Result<BasicTokenIntrospectionResponse, Box<dyn Error>> {
    let api = BasicClient::new(ClientId::new(var("OAUTH_CLIENT_ID")?))
        .set_client_secret(ClientSecret::new(var("OAUTH_CLIENT_SECRET")?))
        .set_introspection_url(IntrospectionUrl::new(var("OAUTH_ISSUER")? + "/oauth2/introspect")?);
    Ok(api.introspect(&AccessToken::new(token.to_string())).request(http)?)
}
