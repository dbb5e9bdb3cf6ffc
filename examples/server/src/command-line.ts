import type { ClientInput, Provider } from '@oauth/core'

/** The command-line program `examples/cli`. It has no secret, so its id can be the same in every installation. */
const commandLine: ClientInput & { readonly client_id: string } = {
  client_id: 'example-cli',
  client_name: 'Example CLI',
  redirect_uris: [],
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  scope: 'openid profile email offline_access notes:read',
  token_endpoint_auth_method: 'none',
  // The program keeps its tokens in a file, so they are useless without the program's key (DPoP).
  dpop_bound_access_tokens: true,
}

/** Registers the command-line program at the first start. */
export async function registerCommandLine(provider: Pick<Provider, 'getClient' | 'registerClient'>): Promise<void> {
  if ((await provider.getClient(commandLine.client_id)) === undefined) await provider.registerClient(commandLine)
}
