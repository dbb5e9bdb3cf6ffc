package interop.service;

import java.util.Map;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.RestClientClientCredentialsTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;

@SpringBootApplication
public class ServiceApp {
    // Gets an access token for the program itself, and another before that one expires.
    @Bean
    RestClient notes(
            ClientRegistrationRepository registrations,
            OAuth2AuthorizedClientService clients,
            @Value("${OAUTH_RESOURCE}") String resource) {
        var client = new RestClientClientCredentialsTokenResponseClient();
        client.addParametersConverter(request -> MultiValueMap.fromSingleValue(Map.of("resource", resource)));
        var manager = new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations, clients);
        manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
            .clientCredentials(grant -> grant.accessTokenResponseClient(client))
            .build());
        var tokens = new OAuth2ClientHttpRequestInterceptor(manager);
        tokens.setClientRegistrationIdResolver(request -> "service");
        return RestClient.builder().requestInterceptor(tokens).build();
    }
}
