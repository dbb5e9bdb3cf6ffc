import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClientInput } from '@oauth/core'
import { type Command, defineCommand } from '../../command.ts'
import { CommandError, messageOf, UsageError } from '../../errors.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json, members } from '../../output.ts'
import { checkSecretOutput, secretOptions } from '../../secret-output.ts'
import { refreshProblem, withGrantTypes } from './refresh-access.ts'

/** Registers a client, as `provider.registerClient` does. */
export const clientCreate: Command = defineCommand({
  name: 'client create',
  summary: 'Register a client; its secret is shown this once',
  details: `Without options for it, the client authenticates with a secret and uses the authorization code. It may refresh its tokens
unless --scope leaves offline_access out; users are asked before it gets a refresh token.`,
  options: {
    ...hostOptions,
    id: { kind: 'text', value: '<client_id>', summary: 'its client_id; default: random' },
    name: { kind: 'text', value: '<text>', summary: 'the name that users see' },
    'redirect-uri': { kind: 'list', value: '<uri>', summary: 'where users come back to' },
    'post-logout-redirect-uri': { kind: 'list', value: '<uri>', summary: 'where users go after a logout' },
    scope: { kind: 'text', value: '<scopes>', summary: 'the scopes that it may ask for, separated by spaces' },
    'grant-type': {
      kind: 'list',
      value: '<type>',
      summary: 'a grant type; default: authorization_code, and refresh_token for clients with offline_access',
    },
    public: { kind: 'flag', summary: 'a client without a secret: a single-page or native application' },
    native: { kind: 'flag', summary: 'an application on the device of the user (application_type native)' },
    'auth-method': { kind: 'text', value: '<method>', summary: 'token_endpoint_auth_method' },
    'skip-consent': { kind: 'flag', summary: 'never ask users for consent: an application of your own' },
    metadata: { kind: 'text', value: '<file>', summary: 'a JSON file with more client metadata; options win over it' },
    ...secretOptions,
  },
  async run(io, values) {
    checkSecretOutput(io, values)
    if (values.public && values['auth-method'] !== undefined) {
      throw new UsageError('--public is --auth-method none: leave one of them out.')
    }
    const method = values.public ? 'none' : values['auth-method']
    const given = {
      ...(values.metadata !== undefined && readMetadata(resolve(io.directory, values.metadata))),
      ...(values.id !== undefined && { client_id: values.id }),
      ...(values.name !== undefined && { client_name: values.name }),
      ...(values['redirect-uri'].length > 0 && { redirect_uris: values['redirect-uri'] }),
      ...(values['post-logout-redirect-uri'].length > 0 && {
        post_logout_redirect_uris: values['post-logout-redirect-uri'],
      }),
      ...(values.scope !== undefined && { scope: values.scope }),
      ...(values['grant-type'].length > 0 && { grant_types: values['grant-type'] }),
      ...(method !== undefined && { token_endpoint_auth_method: method }),
      ...(values.native && { application_type: 'native' }),
      ...(values['skip-consent'] && { skip_consent: true }),
    }
    // The provider checks every member, and names the one that is wrong.
    const client = await withProvider(io, values, (provider) => {
      const { grant_types_supported = [] } = provider.metadata
      return provider.registerClient(withGrantTypes(given as ClientInput, grant_types_supported as readonly string[]))
    })
    if (values.json) await io.write(json(client))
    else {
      await io.write(members({ ...client }))
      if (client.client_secret !== undefined) await io.writeError('Store client_secret now: it is not shown again.\n')
    }
    const problem = refreshProblem(client)
    if (problem !== undefined) await io.writeError(`${problem}\n`)
    return 0
  },
})

function readMetadata(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    throw new Error('it must be a JSON object')
  } catch (error) {
    throw new CommandError(`--metadata: ${file} cannot be read: ${messageOf(error)}`)
  }
}
