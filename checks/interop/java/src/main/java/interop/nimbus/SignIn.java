package interop.nimbus;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;
import java.util.Map;

public final class SignIn {
    private final OIDCProviderMetadata server;
    private final ClientAuthentication client;
    private final URI redirectUri;

    public SignIn(Map<String, String> env) throws Exception {
        server = OIDCProviderMetadata.resolve(new Issuer(env.get("OAUTH_ISSUER")));
        client = new ClientSecretBasic(
            new ClientID(env.get("OAUTH_CLIENT_ID")), new Secret(env.get("OAUTH_CLIENT_SECRET")));
        redirectUri = URI.create(env.get("OAUTH_REDIRECT_URI"));
    }

    /** Keep it in the session of the browser until the callback. */
    public record Begun(State state, Nonce nonce, CodeVerifier verifier) {
        public Begun() {
            this(new State(), new Nonce(), new CodeVerifier());
        }
    }

    /** Redirect the browser to this. */
    public URI authorizationUrl(Begun begun) {
        var scope = new Scope("openid", "profile", "email", "offline_access", "notes:read");
        return new AuthenticationRequest.Builder(ResponseType.CODE, scope, client.getClientID(), redirectUri)
            .endpointURI(server.getAuthorizationEndpointURI())
            .state(begun.state())
            .nonce(begun.nonce())
            .codeChallenge(begun.verifier(), CodeChallengeMethod.S256)
            .build()
            .toURI();
    }

    /** Call this with the URL of the request to the redirect URI. */
    public OIDCTokens finish(Begun begun, URI callback) throws Exception {
        var answer = AuthenticationResponseParser.parse(callback);
        if (!begun.state().equals(answer.getState())) throw new GeneralException("Begun in another browser");
        if (!answer.indicatesSuccess()) throw new GeneralException(answer.toErrorResponse().getErrorObject());
        var code = answer.toSuccessResponse().getAuthorizationCode();
        return request(new AuthorizationCodeGrant(code, redirectUri, begun.verifier()));
    }

    public IDTokenClaimsSet user(Begun begun, OIDCTokens tokens) throws Exception {
        var keys = server.getJWKSetURI().toURL();
        return new IDTokenValidator(server.getIssuer(), client.getClientID(), JWSAlgorithm.RS256, keys)
            .validate(tokens.getIDToken(), begun.nonce());
    }

    public OIDCTokens refresh(RefreshToken token) throws Exception {
        return request(new RefreshTokenGrant(token));
    }

    private OIDCTokens request(AuthorizationGrant grant) throws Exception {
        var request = new TokenRequest.Builder(server.getTokenEndpointURI(), client, grant).build();
        var answer = OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
        if (!answer.indicatesSuccess()) throw new GeneralException(answer.toErrorResponse().getErrorObject());
        return ((OIDCTokenResponse) answer).getOIDCTokens();
    }
}
