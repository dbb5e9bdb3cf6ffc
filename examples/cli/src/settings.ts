import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the program signs in. The defaults are those of `examples/server`. */
export interface Settings {
  readonly issuer: string
  readonly clientId: string
  /** The API that `call` sends its requests to. */
  readonly api: string
  /** The folder of the program below the user's own configuration. */
  readonly folder: string
}

/** Reads the environment. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return {
    issuer: env.OAUTH_ISSUER || 'http://localhost:3000/auth',
    clientId: env.OAUTH_CLIENT_ID || 'example-cli',
    api: env.OAUTH_RESOURCE || 'http://localhost:3000/api',
    folder: join(configFolder(env), 'oauth-example-cli'),
  }
}

/** `XDG_CONFIG_HOME`, or what the operating system has in its place. */
function configFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env.XDG_CONFIG_HOME) return env.XDG_CONFIG_HOME
  return process.platform === 'win32' && env.APPDATA ? env.APPDATA : join(homedir(), '.config')
}
