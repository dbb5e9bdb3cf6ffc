package interop.nimbus;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.util.Map;
import java.util.Set;

public final class AccessTokens {
    /** Make it once: it keeps the keys. `process(token, null)` returns the claims. */
    public static JWTProcessor<SecurityContext> verifier(Map<String, String> env) throws Exception {
        var issuer = new Issuer(env.get("OAUTH_ISSUER"));
        var keys = OIDCProviderMetadata.resolve(issuer).getJWKSetURI().toURL();
        var processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
        processor.setJWSKeySelector(
            new JWSVerificationKeySelector<>(JWSAlgorithm.RS256, JWKSourceBuilder.create(keys).build()));
        processor.setJWTClaimsSetVerifier(new DefaultJWTClaimsVerifier<>(
            env.get("OAUTH_RESOURCE"),
            new JWTClaimsSet.Builder().issuer(issuer.getValue()).build(),
            Set.of("sub", "exp", "client_id")));
        return processor;
    }

    private AccessTokens() {}
}
