package interop;

/** Runs the programs of this folder against the server at OAUTH_ISSUER. */
final class Main {
    public static void main(String[] arguments) {
        System.setProperty("jdk.httpclient.redirects.retrylimit", "20");
        NimbusChecks.run();
        SpringChecks.run();
        System.exit(Driver.failed ? 1 : 0);
    }
}
