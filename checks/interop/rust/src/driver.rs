//! Registers clients, plays the browser and prints results.

use openidconnect::reqwest::{blocking, redirect, Url};
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::env::{set_var, var};
use std::error::Error;

pub type Outcome = Result<(), Box<dyn Error>>;

/// Nothing listens here: the driver reads the redirect instead of following it.
pub const REDIRECT_URI: &str = "http://localhost:1/oauth/callback";

pub fn web_app() -> Value {
    json!({
        "redirect_uris": [REDIRECT_URI],
        "grant_types": ["authorization_code", "refresh_token"],
        "scope": "openid profile email offline_access notes:read",
    })
}

pub fn service() -> Value {
    json!({ "grant_types": ["client_credentials"], "scope": "notes:read" })
}

/// The metadata of an API that may introspect the tokens that are for it.
pub fn api() -> Value {
    json!({ "grant_types": [], "resources": [var("OAUTH_RESOURCE").unwrap()] })
}

/// Registers a client and makes its settings the environment of the samples.
pub fn register(metadata: Value) -> Outcome {
    let answer = blocking::Client::new()
        .post(var("INTEROP_REGISTER")?)
        .header("content-type", "application/json")
        .body(metadata.to_string())
        .send()?
        .text()?;
    let client: Value = serde_json::from_str(&answer)?;
    let member = |name: &str| client[name].as_str().ok_or(format!("registration: {answer}"));
    set_var("OAUTH_CLIENT_ID", member("client_id")?);
    set_var("OAUTH_CLIENT_SECRET", member("client_secret")?);
    set_var("OAUTH_REDIRECT_URI", REDIRECT_URI);
    Ok(())
}

/// Follows the redirects of the server up to the redirect URI, with a cookie jar. Returns `code` and `state`.
pub fn browse(mut url: Url) -> Result<(String, String), Box<dyn Error>> {
    let browser = blocking::Client::builder().redirect(redirect::Policy::none()).build()?;
    let mut jar = BTreeMap::new();
    for _ in 0..10 {
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = browser.get(url.clone()).header("cookie", cookies.join("; ")).send()?;
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str()?.split_once('=').ok_or("a cookie without a value")?;
            jar.insert(name.to_string(), rest.split(';').next().unwrap_or_default().to_string());
        }
        let Some(location) = answer.headers().get("location") else {
            return Err(format!("{} at {url}: {}", answer.status(), answer.text()?).into());
        };
        url = url.join(location.to_str()?)?;
        if url.as_str().starts_with(REDIRECT_URI) {
            let parameters: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
            let get = |name: &str| parameters.get(name).cloned().ok_or(url.to_string());
            return Ok((get("code")?, get("state")?));
        }
    }
    Err("redirected for ever".into())
}

/// The version in Cargo.lock.
fn version(name: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let (_, after) = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).expect(name);
    after.split('"').next().unwrap_or_default()
}

/// Runs a flow and prints its row. Returns whether it worked.
pub fn works(library: &str, flow: &str, run: impl FnOnce() -> Outcome) -> bool {
    let outcome = run();
    let (result, detail) = match &outcome {
        Ok(()) => ("works", String::new()),
        Err(error) => ("fails", format!(",\"detail\":{}", json!(format!("{error} {error:?}")))),
    };
    println!(
        "{{\"library\":{},\"version\":{},\"flow\":{},\"result\":\"{result}\"{detail}}}",
        json!(library),
        json!(version(library)),
        json!(flow)
    );
    outcome.is_ok()
}

pub fn require(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
