package interop.service;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;

@SpringBootApplication
public class ServiceApp {
    // Gets an access token for the program itself, and another before that one expires.
    @Bean
    RestClient notes(ClientRegistrationRepository registrations, OAuth2AuthorizedClientService clients) {
        var tokens = new OAuth2ClientHttpRequestInterceptor(
            new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations, clients));
        tokens.setClientRegistrationIdResolver(request -> "service");
        return RestClient.builder().requestInterceptor(tokens).build();
    }
}
