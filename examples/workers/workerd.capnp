# What wrangler.jsonc says, for workerd without wrangler: start it with `npx -y pnpm@10 --filter @oauth/example-workers start`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "identity", worker = .worker),
    # The folder comes from the command line: --directory-path=disk=…
    (name = "disk", disk = (writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "identity")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "dist/worker.js")],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [(className = "Identity", uniqueKey = "identity", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "IDENTITY", durableObjectNamespace = "Identity"),
    (name = "BASE_URL", fromEnvironment = "BASE_URL"),
    (name = "OAUTH_SECRET", fromEnvironment = "OAUTH_SECRET"),
    (name = "CLIENT_SECRET", fromEnvironment = "CLIENT_SECRET"),
    (name = "CLIENT_REDIRECT_URI", fromEnvironment = "CLIENT_REDIRECT_URI"),
    (name = "USER_PASSWORD", fromEnvironment = "USER_PASSWORD"),
  ],
);
