use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{decode, decode_header, Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use std::env::var;
use std::error::Error;

#[derive(Deserialize)]
pub struct Claims {
    pub sub: String,
    pub client_id: String,
    pub scope: String,
}

/// Verifies a token that the API received. `keys` are those at `<issuer>/jwks`: read them again when a `kid` is not there.
pub fn verify(keys: &JwkSet, token: &str) -> Result<Claims, Box<dyn Error>> {
    let kid = decode_header(token)?.kid.ok_or("the token names no key")?;
    let key = keys.find(&kid).ok_or("the key is not known")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[var("OAUTH_ISSUER")?]);
    validation.set_audience(&[var("OAUTH_RESOURCE")?]);
    let token = decode::<Claims>(token, &DecodingKey::from_jwk(key)?, &validation)?;
    if token.header.typ.as_deref() != Some("at+jwt") {
        return Err("not an access token".into());
    }
    Ok(token.claims)
}
