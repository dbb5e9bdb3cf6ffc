package interop;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.CookieManager;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the programs share: it registers clients, plays the browser and prints results. */
final class Driver {
    static final String issuer = System.getenv("OAUTH_ISSUER");
    static final String resource = System.getenv("OAUTH_RESOURCE");

    static boolean failed;

    private static final HttpClient http = HttpClient.newHttpClient();

    /** What a client is registered as. */
    record Client(String id, String secret) {}

    interface Flow {
        void run() throws Exception;
    }

    private Driver() {}

    /** The metadata of an application with a sign-in: the least that a client needs. */
    static Map<String, Object> webApp(String redirectUri) {
        return metadata(Map.of(
            "redirect_uris", List.of(redirectUri),
            "grant_types", List.of("authorization_code", "refresh_token"),
            "scope", "openid profile email offline_access notes:read"));
    }

    static Map<String, Object> service() {
        return metadata(Map.of("grant_types", List.of("client_credentials"), "scope", "notes:read"));
    }

    /** The metadata of an API that may introspect the tokens that are for it. */
    static Map<String, Object> api() {
        return metadata(Map.of("grant_types", List.of(), "resources", List.of(resource)));
    }

    private static Map<String, Object> metadata(Map<String, Object> members) {
        return new HashMap<>(members);
    }

    static Client register(Map<String, Object> metadata) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(System.getenv("INTEROP_REGISTER")))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(JSONObjectUtils.toJSONString(metadata)))
            .build();
        var response = http.send(request, BodyHandlers.ofString());
        require(response.statusCode() == 201, "registration: " + response.body());
        var client = JSONObjectUtils.parse(response.body());
        return new Client((String) client.get("client_id"), (String) client.get("client_secret"));
    }

    static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Java sends a cookie that has a Max-Age in the form of RFC 2965, as no browser does. This jar does not. */
    private static final class Jar extends CookieManager {
        @Override
        public void put(URI uri, Map<String, List<String>> headers) throws IOException {
            super.put(uri, headers);
            getCookieStore().getCookies().forEach(cookie -> cookie.setVersion(0));
        }
    }

    /** A browser with a cookie jar. */
    static HttpClient browser(HttpClient.Redirect redirects) {
        return HttpClient.newBuilder().cookieHandler(new Jar()).followRedirects(redirects).build();
    }

    static HttpResponse<String> open(HttpClient browser, String url) throws Exception {
        return browser.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }

    static HttpResponse<String> post(HttpClient browser, String url, String form) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url))
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build();
        return browser.send(request, BodyHandlers.ofString());
    }

    /** Calls an API with an access token. */
    static HttpResponse<String> call(String url, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url)).header("authorization", "Bearer " + token).build();
        return http.send(request, BodyHandlers.ofString());
    }

    static void require(boolean holds, Object otherwise) {
        if (!holds) throw new IllegalStateException(String.valueOf(otherwise));
    }

    static void works(String library, String version, String flow, Flow run) {
        row(library, version, flow, null, run);
    }

    /** A flow that works with one setting, named in Markdown. */
    static void needsSetting(String library, String version, String flow, String setting, Flow run) {
        row(library, version, flow, setting, run);
    }

    private static void row(String library, String version, String flow, String setting, Flow run) {
        var row = new LinkedHashMap<String, Object>();
        row.put("library", library);
        row.put("version", version);
        row.put("flow", flow);
        try {
            run.run();
            row.put("result", setting == null ? "works" : "setting");
            if (setting != null) row.put("setting", setting);
        } catch (Exception | Error cause) {
            failed = true;
            row.put("result", "fails");
            row.put("detail", cause.toString());
            cause.printStackTrace();
        }
        System.out.println(JSONObjectUtils.toJSONString(row));
    }
}
