package interop;

import static interop.Driver.issuer;
import static interop.Driver.needsSetting;
import static interop.Driver.register;
import static interop.Driver.require;
import static interop.Driver.resource;
import static interop.Driver.works;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.client.ClientReadRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.rp.OIDCClientInformationResponse;
import com.nimbusds.openid.connect.sdk.rp.OIDCClientMetadata;
import com.nimbusds.openid.connect.sdk.rp.OIDCClientRegistrationRequest;
import com.nimbusds.openid.connect.sdk.rp.OIDCClientRegistrationResponseParser;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import interop.nimbus.AccessTokens;
import interop.nimbus.SignIn;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Map;
import java.util.Set;

final class NimbusChecks {
    private static final String library = "Nimbus oauth2-oidc-sdk";
    private static final String version = versionOf("oauth2-oidc-sdk");
    /** Nothing listens here: the driver reads the redirect instead of following it. */
    private static final String redirectUri = "http://localhost:1/oauth/callback";

    private NimbusChecks() {}

    private static String versionOf(String artifact) {
        var matcher = java.util.regex.Pattern.compile(artifact + "-([\\d.]+)\\.jar")
            .matcher(System.getProperty("java.class.path"));
        require(matcher.find(), artifact + " is not in the class path");
        return matcher.group(1);
    }

    private static OIDCProviderMetadata server() throws Exception {
        return OIDCProviderMetadata.resolve(new Issuer(issuer));
    }

    private static Map<String, String> environment(Driver.Client client) {
        return Map.of(
            "OAUTH_ISSUER", issuer, "OAUTH_RESOURCE", resource, "OAUTH_REDIRECT_URI", redirectUri,
            "OAUTH_CLIENT_ID", client.id(), "OAUTH_CLIENT_SECRET", String.valueOf(client.secret()));
    }

    private static ClientAuthentication basic(Driver.Client client) {
        return new ClientSecretBasic(new ClientID(client.id()), new Secret(client.secret()));
    }

    /** Follows the redirects of the server up to the redirect URI. */
    private static URI callback(URI url) throws Exception {
        var browser = Driver.browser(HttpClient.Redirect.NEVER);
        for (var hop = 0; hop < 10; hop++) {
            var answer = Driver.open(browser, url.toString());
            var location = answer.headers().firstValue("location");
            require(location.isPresent(), answer + answer.body());
            url = url.resolve(location.get());
            if (url.toString().startsWith(redirectUri)) return url;
        }
        throw new IllegalStateException("redirected for ever");
    }

    private static OIDCTokens signIn(SignIn app) throws Exception {
        var begun = new SignIn.Begun();
        var tokens = app.finish(begun, callback(app.authorizationUrl(begun)));
        var user = app.user(begun, tokens);
        require(user.getSubject().getValue().equals("ada"), user.toJSONString());
        require("ada@example.com".equals(user.getStringClaim("email")), user.toJSONString());
        return tokens;
    }

    private static String clientCredentials(ClientAuthentication client, Map<String, String> parameters) throws Exception {
        var request = new TokenRequest.Builder(server().getTokenEndpointURI(), client, new ClientCredentialsGrant());
        request.scope(new Scope("notes:read"));
        parameters.forEach(request::customParameter);
        var answer = TokenResponse.parse(request.build().toHTTPRequest().send());
        require(answer.indicatesSuccess(), answer.toHTTPResponse().getBody());
        return answer.toSuccessResponse().getTokens().getAccessToken().getValue();
    }

    /** Returns an access token of a program that acts for itself. */
    static String serviceToken(String resource) throws Exception {
        return clientCredentials(basic(register(Driver.service())), Map.of("resource", resource));
    }

    private static void accepts(String token) throws Exception {
        var claims = AccessTokens.verifier(environment(new Driver.Client("unused", null))).process(token, null);
        require(claims.getStringClaim("scope").contains("notes:read"), claims);
    }

    static void run() {
        works(library, version, "sign-in, userinfo, refresh, revocation", () -> {
            var client = register(Driver.webApp(redirectUri));
            var app = new SignIn(environment(client));
            var tokens = signIn(app);
            var info = UserInfoResponse.parse(
                new UserInfoRequest(server().getUserInfoEndpointURI(), tokens.getAccessToken()).toHTTPRequest().send());
            require(info.indicatesSuccess(), info.toHTTPResponse().getBody());
            require("Ada Lovelace".equals(info.toSuccessResponse().getUserInfo().getName()), "another name");

            var renewed = app.refresh(tokens.getRefreshToken());
            accepts(renewed.getAccessToken().getValue());
            var revoked = new TokenRevocationRequest(
                server().getRevocationEndpointURI(), basic(client), renewed.getRefreshToken()).toHTTPRequest().send();
            require(revoked.getStatusCode() == 200, revoked.getBody());
            try {
                app.refresh(renewed.getRefreshToken());
            } catch (Exception expected) {
                return;
            }
            throw new IllegalStateException("a revoked refresh token gave tokens");
        });

        works(library, version, "client credentials, `ClientSecretPost`", () -> {
            var client = register(Driver.service());
            accepts(clientCredentials(
                new ClientSecretPost(new ClientID(client.id()), new Secret(client.secret())), Map.of()));
        });

        needsSetting(library, version, "`PrivateKeyJWT`", "`privateKeyJwt({ audiences: 'endpoints' })`", () -> {
            RSAKey key = new RSAKeyGenerator(2048).keyID("key").keyUse(KeyUse.SIGNATURE).generate();
            var metadata = Driver.service();
            metadata.put("token_endpoint_auth_method", "private_key_jwt");
            metadata.put("jwks", new JWKSet(key).toPublicJWKSet().toJSONObject());
            var client = new ClientID(register(metadata).id());
            accepts(clientCredentials(
                new PrivateKeyJWT(client, server().getTokenEndpointURI(), JWSAlgorithm.RS256, key.toPrivateKey(), "key", null),
                Map.of("resource", resource)));
        });

        needsSetting(library, version, "JWT access token in the API", "`at+jwt` in the type verifier", () -> {
            accepts(serviceToken(resource));
            accepts(clientCredentials(basic(register(Driver.service())), Map.of("audience", resource)));
            accepts(signIn(new SignIn(environment(register(Driver.webApp(redirectUri))))).getAccessToken().getValue());
        });

        works(library, version, "introspection", () -> {
            var token = new BearerAccessToken(serviceToken(resource));
            var answer = TokenIntrospectionResponse.parse(new TokenIntrospectionRequest(
                server().getIntrospectionEndpointURI(), basic(register(Driver.api())), token).toHTTPRequest().send());
            require(answer.indicatesSuccess(), answer.toHTTPResponse().getBody());
            require(answer.toSuccessResponse().isActive(), answer.toHTTPResponse().getBody());
        });

        works(library, version, "dynamic registration (a public client), and reading it back", () -> {
            var metadata = new OIDCClientMetadata();
            metadata.setRedirectionURI(URI.create(redirectUri));
            metadata.setGrantTypes(Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN));
            metadata.setScope(new Scope("openid", "profile", "email", "offline_access", "notes:read"));
            var answer = OIDCClientRegistrationResponseParser.parse(
                new OIDCClientRegistrationRequest(server().getRegistrationEndpointURI(), metadata, null).toHTTPRequest().send());
            require(answer.indicatesSuccess(), answer.toHTTPResponse().getBody());
            var client = ((OIDCClientInformationResponse) answer).getOIDCClientInformation();
            var read = OIDCClientRegistrationResponseParser.parse(new ClientReadRequest(
                client.getRegistrationURI(), client.getRegistrationAccessToken()).toHTTPRequest().send());
            require(read.indicatesSuccess(), read.toHTTPResponse().getBody());
        });
    }
}
