use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{reqwest::blocking, ClientId, ClientSecret, Scope, TokenUrl};
use std::env::var;
use std::error::Error;

/// Gets an access token for a program that acts for itself.
pub fn access_token(http: &blocking::Client) -> Result<BasicTokenResponse, Box<dyn Error>> {
    let client = BasicClient::new(ClientId::new(var("OAUTH_CLIENT_ID")?))
        .set_client_secret(ClientSecret::new(var("OAUTH_CLIENT_SECRET")?))
        .set_token_uri(TokenUrl::new(var("OAUTH_ISSUER")? + "/oauth2/token")?);
    Ok(client
        .exchange_client_credentials()
        .add_scope(Scope::new("notes:read".to_string()))
        .add_extra_param("resource", var("OAUTH_RESOURCE")?)
        .request(http)?)
}
