package interop;

import static interop.Driver.call;
import static interop.Driver.needsSetting;
import static interop.Driver.open;
import static interop.Driver.register;
import static interop.Driver.require;
import static interop.Driver.resource;
import static interop.Driver.works;

import interop.api.ApiApp;
import interop.client.ClientApp;
import interop.opaque.OpaqueApp;
import interop.service.ServiceApp;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.web.client.RestClient;

final class SpringChecks {
    private static final String version = SpringBootVersion.getVersion();
    private static final String client = "Spring Boot client";
    private static final String server = "Spring Boot resource server";

    private SpringChecks() {}

    /** Makes every access token look expired, so that each use of one refreshes it first. */
    static class RefreshesAlways {
        @Bean
        OAuth2AuthorizedClientManager clients(
                ClientRegistrationRepository registrations, OAuth2AuthorizedClientRepository clients) {
            var manager = new DefaultOAuth2AuthorizedClientManager(registrations, clients);
            manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
                .authorizationCode()
                .refreshToken(refresh -> refresh.clockSkew(Duration.ofDays(1)))
                .build());
            return manager;
        }
    }

    private record App(String origin, ConfigurableApplicationContext context) implements AutoCloseable {
        public void close() {
            context.close();
        }
    }

    private static App start(int port, String config, Driver.Client client, Class<?>... sources) {
        var arguments = new ArrayList<>(List.of(
            "--server.port=" + port,
            "--spring.config.name=" + config,
            "--spring.main.banner-mode=off",
            "--logging.level.root=error"));
        if (client != null) arguments.addAll(
            List.of("--OAUTH_CLIENT_ID=" + client.id(), "--OAUTH_CLIENT_SECRET=" + client.secret()));
        var context = new SpringApplicationBuilder(sources).run(arguments.toArray(String[]::new));
        return new App("http://localhost:" + port, context);
    }

    private static App startClient(Map<String, Object> more, Class<?>... sources) throws Exception {
        var port = Driver.freePort();
        var metadata = Driver.webApp("http://localhost:" + port + "/login/oauth2/code/notes");
        metadata.putAll(more);
        if (more.containsKey("enable_end_session"))
            metadata.put("post_logout_redirect_uris", List.of("http://localhost:" + port + "/signed-out"));
        return start(port, "client", register(metadata), sources);
    }

    private static void signIn(App app, HttpClient browser) throws Exception {
        var page = open(browser, app.origin() + "/");
        require(page.body().equals("ada Ada Lovelace ada@example.com"), page + page.body());
    }

    private static void accepts(App api, String token) throws Exception {
        var refused = call(api.origin() + "/notes", "nonsense");
        require(refused.statusCode() == 401, refused);
        var answer = call(api.origin() + "/notes", token);
        require(answer.body().equals("notes"), answer + " " + answer.headers().firstValue("www-authenticate"));
    }

    static void run() {
        var tokens = new ArrayList<String>();

        works(client, version, "`oauth2Login`: sign-in, userinfo, refresh", () -> {
            try (var app = startClient(Map.of(), ClientApp.class, RefreshesAlways.class)) {
                var browser = Driver.browser(HttpClient.Redirect.NORMAL);
                signIn(app, browser);
                for (var i = 0; i < 2; i++) tokens.add(open(browser, app.origin() + "/token").body());
                require(!tokens.get(0).equals(tokens.get(1)), "the access token was not refreshed");
            }
        });

        needsSetting(client, version, "logout", "`enable_end_session`", () -> {
            try (var app = startClient(Map.of("enable_end_session", true), ClientApp.class)) {
                var browser = Driver.browser(HttpClient.Redirect.NORMAL);
                signIn(app, browser);
                var form = open(browser, app.origin() + "/logout").body();
                var csrf = form.replaceAll("(?s).*name=\"_csrf\" type=\"hidden\" value=\"([^\"]+)\".*", "$1");
                var page = Driver.post(browser, app.origin() + "/logout", "_csrf=" + csrf);
                require(page.body().equals("Signed out."), page + page.body());
            }
        });

        works(client, version, "client credentials", () -> {
            try (var api = start(Driver.freePort(), "api", null, ApiApp.class);
                    var app = start(Driver.freePort(), "service", register(Driver.service()), ServiceApp.class)) {
                var notes = app.context().getBean(RestClient.class).get().uri(api.origin() + "/notes").retrieve();
                require("notes".equals(notes.body(String.class)), "no notes");
            }
        });

        needsSetting(server, version, "JWT access token, with and without `resource`", "a `JwtDecoder`", () -> {
            tokens.add(NimbusChecks.serviceToken(resource));
            try (var api = start(Driver.freePort(), "api", null, ApiApp.class)) {
                require(tokens.size() == 3, "a token is missing");
                for (var token : tokens) accepts(api, token);
            }
        });

        works(server, version, "introspection", () -> {
            try (var api = start(Driver.freePort(), "opaque", register(Driver.api()), OpaqueApp.class)) {
                for (var token : tokens) accepts(api, token);
            }
        });
    }
}
