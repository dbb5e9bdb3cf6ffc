//! Runs the programs of this folder against the server at OAUTH_ISSUER.

mod access_token;
mod driver;
mod introspection;
mod service;
mod sign_in;

use driver::{api, browse, register, require, web_app, works, Outcome};
use jsonwebtoken::jwk::JwkSet;
use oauth2::basic::BasicClient;
use oauth2::TokenIntrospectionResponse;
use openidconnect::core::{
    CoreClientRegistrationRequest, CoreGrantType, CoreProviderMetadata, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::reqwest::blocking;
use openidconnect::{AuthType, IssuerUrl, OAuth2TokenResponse, RedirectUrl, TokenResponse};
use std::env::var;
use std::error::Error;
use std::process::ExitCode;

fn sign_in(http: &blocking::Client) -> Result<(sign_in::Client, CoreTokenResponse), Box<dyn Error>> {
    register(web_app())?;
    let client = sign_in::client(http)?;
    let (url, begun) = sign_in::begin(&client);
    let (tokens, nonce) = sign_in::finish(&client, http, begun, browse(url)?)?;
    let id_token = tokens.id_token().ok_or("no ID token")?;
    let claims = id_token.claims(&client.id_token_verifier(), &nonce)?;
    require(claims.subject().as_str() == "ada", "another subject")?;
    require(claims.email().map(|email| email.as_str()) == Some("ada@example.com"), "another email in the ID token")?;
    Ok((client, tokens))
}

fn verify(http: &blocking::Client, token: &str) -> Outcome {
    let keys: JwkSet = serde_json::from_str(&http.get(var("OAUTH_ISSUER")? + "/jwks").send()?.text()?)?;
    let claims = access_token::verify(&keys, token)?;
    require(claims.scope.contains("notes:read"), "another scope")?;
    require(!claims.sub.is_empty() && !claims.client_id.is_empty(), "nobody's token")
}

fn with_openidconnect(http: &blocking::Client) -> Outcome {
    let (client, tokens) = sign_in(http)?;
    let user: CoreUserInfoClaims = client.user_info(tokens.access_token().clone(), None)?.request(http)?;
    require(user.email().map(|email| email.as_str()) == Some("ada@example.com"), "another email at userinfo")?;
    let token = tokens.refresh_token().ok_or("no refresh token")?;
    let renewed = client.exchange_refresh_token(token)?.request(http)?;
    verify(http, renewed.access_token().secret())
}

fn registration(http: &blocking::Client) -> Outcome {
    let server = CoreProviderMetadata::discover(&IssuerUrl::new(var("OAUTH_ISSUER")?)?, http)?;
    let redirect_uris = vec![RedirectUrl::new(driver::REDIRECT_URI.to_string())?];
    let endpoint = server.registration_endpoint().ok_or("no registration")?;
    let client = CoreClientRegistrationRequest::new(redirect_uris, Default::default())
        .set_grant_types(Some(vec![CoreGrantType::AuthorizationCode, CoreGrantType::RefreshToken]))
        .register(endpoint, http)?;
    require(!client.client_id().is_empty(), "no client id")
}

fn secret_in_the_body(http: &blocking::Client) -> Outcome {
    register(driver::service())?;
    let client = BasicClient::new(oauth2::ClientId::new(var("OAUTH_CLIENT_ID")?))
        .set_client_secret(oauth2::ClientSecret::new(var("OAUTH_CLIENT_SECRET")?))
        .set_token_uri(oauth2::TokenUrl::new(var("OAUTH_ISSUER")? + "/oauth2/token")?)
        .set_auth_type(AuthType::RequestBody);
    let tokens = client
        .exchange_client_credentials()
        .add_extra_param("audience", var("OAUTH_RESOURCE")?)
        .request(http)?;
    verify(http, tokens.access_token().secret())
}

fn main() -> ExitCode {
    let http = sign_in::http().expect("a client for HTTP");
    let http = &http;
    let results = [
        works("openidconnect", "sign-in, userinfo, refresh", || with_openidconnect(http)),
        works("openidconnect", "dynamic registration (a public client)", || registration(http)),
        works("oauth2", "client credentials with `resource`", || {
            register(driver::service())?;
            verify(http, service::access_token(http)?.access_token().secret())
        }),
        works("oauth2", "`AuthType::RequestBody`, `audience`", || secret_in_the_body(http)),
        works("oauth2", "introspection", || {
            let (_, tokens) = sign_in(http)?;
            register(api())?;
            let answer = introspection::introspect(http, tokens.access_token().secret())?;
            require(answer.active(), "not active")?;
            require(!introspection::introspect(http, "nonsense")?.active(), "nonsense is active")
        }),
        works("jsonwebtoken", "JWT access token in the API", || {
            let (_, tokens) = sign_in(http)?;
            verify(http, tokens.access_token().secret())
        }),
    ];
    if results.iter().all(|worked| *worked) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
