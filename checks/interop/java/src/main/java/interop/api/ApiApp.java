package interop.api;

import static org.springframework.security.config.Customizer.withDefaults;

import java.util.Objects;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@SpringBootApplication
public class ApiApp {
    @Bean
    JwtDecoder jwtDecoder(@Value("${OAUTH_ISSUER}") String issuer, @Value("${OAUTH_RESOURCE}") String resource) {
        return new SupplierJwtDecoder(() -> {
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withIssuerLocation(issuer).validateType(false).build();
            decoder.setJwtValidator(JwtValidators.createAtJwtValidator()
                .issuer(issuer)
                .audience(resource)
                .validators(checks -> checks.put("client_id", new JwtClaimValidator<>("client_id", Objects::nonNull)))
                .build());
            return decoder;
        });
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        return http
            .authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority("SCOPE_notes:read"))
            .oauth2ResourceServer(server -> server.jwt(withDefaults()))
            .build();
    }

    @GetMapping("/notes")
    String notes() {
        return "notes";
    }
}
