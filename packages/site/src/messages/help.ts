/**
 * Help for single messages that say less than a reader needs: why it happens, and what to change. The key is the message as
 * the pages show it. A test holds that each key is a message.
 */
export const help: Readonly<Record<string, string>> = {
  'client authentication failed':
    'The server says no more, so that nobody learns which clients exist. The `reason` is in the event `client.authentication_failed`: unknown client, wrong or expired secret, or another method than the registered one. [Client libraries](../clients.md#client-authentication-failed) has a table.',
  'client authentication is required: send client_id, and the credentials of the registered method':
    'The request has neither `Authorization: Basic` nor `client_id` in its form. A proxy may have removed the header.',
  'malformed Basic credentials: form-encode client_id and secret, join them by a colon, then base64':
    'A `%` in the id or secret was not encoded. Send the credentials in the form instead, or rotate the secret: those that the server makes need no encoding.',
  "Redirect URI '<redirectUri>' not registered for client":
    'Redirect URIs are compared character by character: scheme, host, port, path and a slash at the end. Only the port of a loopback address of a native client may differ. Register exactly what the library sends.',
  'redirect_uri must be specified when client has multiple registered URIs':
    'With one registered URI it may be left out. Send `redirect_uri`, and the same one at the token endpoint.',
  'the application is not registered here, or it is disabled; its developer should check client_id':
    'The user sees it on a page, because an unknown client cannot be told anything. Look for the client with `oauth client show <client_id>`.',
  'pkce is required for public clients':
    'The request has no `code_challenge`. Switch PKCE on in the library: [which switch](../clients.md#pkce-is-required-for-this-client).',
  'pkce is required for this client':
    'The request has no `code_challenge`. Switch PKCE on in the library ([which switch](../clients.md#pkce-is-required-for-this-client)), or register the client with `require_pkce: false` where it has a secret and the library has no PKCE.',
  'pkce is required when requesting offline_access scope, also for clients with require_pkce: false':
    'A refresh token lives long, so it is only given for a request that nobody else can finish. Use PKCE, or leave `offline_access` out.',
  'invalid code_challenge method, only S256 is supported':
    'The library sends `plain`, or no method, which means `plain`. Set `code_challenge_method=S256`.',
  'code_verifier required because PKCE was used in authorization':
    'The verifier was lost between the two requests: keep it in the session of the user, not in the memory of one process.',
  'invalid code_verifier':
    'The verifier belongs to another authorization request, for instance of a second tab. Keep one verifier for each `state`.',
  "Invalid 'code' in request.":
    'The code is unknown, older than a minute, used before, or of another client. The event `request.refused` has the `cause`. A code that fails at once each time is redeemed twice: by a double click, a retry, or a page that renders twice.',
  "Invalid 'redirect_uri' in request.":
    'The token request must have the `redirect_uri` of the authorization request, character by character.',
  'the refresh token is invalid, expired or revoked':
    'Each use gives a new refresh token: store it, in one place for all processes. An old one that comes again after the reuse window ends the grant, with the event `refresh_token.replayed`. Otherwise the user signed out, disconnected the app, or was away for longer than `refreshTokenTtlSeconds`.',
  'this sign-in has expired or was already completed; please go back to the application and start again':
    'The user opened an old page, went back in the browser, or took longer than `interactionTtlSeconds`. Nothing is broken: the application starts a new sign-in.',
  'this sign-in was started in another browser; please go back to the application and start again':
    'The cookie of the interaction is missing. The user followed a copied link, or the pages are on another host than `baseUrl`.',
  'the login page sent the user back with the same session; it must sign the user in again (a new session, or a newer authTime)':
    'The client asked for a new sign-in (`prompt=login` or `max_age`). The login page must ask for the password again and make a new session, or raise `authTime`.',
  'the request came from another site; only pages on the origin of baseUrl or of a page option (loginUrl, ...) may send it':
    'The form was posted from another origin, or without one. Pages must not have `Referrer-Policy: no-referrer`, and `baseUrl` must be the origin that the browser shows.',
  'authentication required':
    'The request has `prompt=none`, and nobody is signed in. Third-party cookies are blocked in frames: open the request at the top of the window.',
  'the resource is unknown or not allowed':
    'Add the resource to the option [`validAudiences`](../options.md#validaudiences), in the spelling that the client sends.',
  'missing scope':
    'The client is registered for no scope, or the request asks for an empty one. Register `scope`, or set `defaultScopes`.',
  'Client was not registered with scope <outside>':
    'Register the scope for the client, and add it to the option `scopes` where it is one of yours. In requests with `openid` the server ignores such scopes, unless `refuseUnregisteredScopes` is on.',
  'unable to issue scope <outside>: the user did not grant it':
    'A refresh can narrow the scope and never widen it. Send the user to an authorization request with the new scope.',
  'the content type must be application/x-www-form-urlencoded':
    'The client sent JSON, or no content type. Send a form; libraries do.',
  'the parameter <name> must not be repeated':
    'OAuth allows each parameter once. Look for one in the query and again in the form.',
  'parameters belong in the body, not in the URL':
    'URLs are logged, so secrets must not be in them. Send a form by POST.',
  'too many requests':
    'The answer has `Retry-After` in seconds. Behind a proxy, `rateLimit.clientAddress` must read the address of the client, or all users share one limit.',
  'there is no such endpoint':
    'Compare the path with the discovery document. If an option turns the endpoint on, the event `request.refused` names that option.',
  'the server cannot reach its storage; please try again':
    'The database does not answer. `provider.ready()` and the event `request.failed` say why.',
  'the server cannot reach its signing keys; please try again':
    'The functions of `externalSigningKeys` failed or were too slow. The event has the cause.',
  'an access token is required': 'The request has no `Authorization: Bearer`. Proxies sometimes remove it.',
  'the access token is invalid, expired or revoked':
    'Refresh it. A token of another issuer, or one for an API, is invalid here, too.',
  'unsupported prompt type':
    'Known are `none`, `login`, `consent`, `select_account` and `create`; each of the last two needs a page of yours (`selectAccountUrl`, `signupUrl`).',
  'missing grant_type':
    'The body is empty, or something before the server has read it: mount the server before body parsers.',
  'User denied access': 'The user pressed "deny". Offer to start again; do not start by yourself.',
  'client_id is already registered': 'Choose another id, or change the existing client with `provider.updateClient`.',
  'pairwise subject_type requires the option pairwiseSecret':
    'Set the option once and keep it: another value gives every user a new `sub`.',
  'baseUrl: must use https, or http on a loopback host':
    'Tokens travel in clear over http. On a development machine use `http://localhost`; behind a proxy that ends TLS, `baseUrl` is the public https URL.',
  'unknown option <name>':
    'The name is wrong, or belongs to a newer version. Options of features go to the feature: `dpop({ … })`.',
  'loginUrl is required with the authorization_code grant type':
    "Name the path of your login page. A server for machines alone sets `grantTypes: ['client_credentials']`.",
  'consentUrl is required with the authorization_code grant type':
    'Name the path of your consent page. For your own applications, register them with `skip_consent: true`; the page is then never shown.',
  'grantTypes: refresh_token needs authorization_code': 'Add `authorization_code`, or leave `refresh_token` out.',
  'the database cannot be reached':
    'Clients get 503 with `Retry-After`. Look at the address, the pool and the database.',
  'the database is too busy':
    'Another transaction held the row or the lock for too long. It ends by itself; if it does not, look for a long transaction.',
  'the database is full, read-only or unreadable: look at its disk, its rights and its log':
    'An operator has to act. Clients get 503 until then.',
}
