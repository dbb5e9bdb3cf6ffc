import type { Topic } from './topics.ts'

export const apiTopics: readonly Topic[] = [
  {
    title: 'What the clients of an API read',
    help: '`@oauth/resource-server` answers with these in `error_description` and in the challenge: [Protecting an API](../protecting-an-api.md).',
    paths: ['resource-server/src/'],
  },
]

/** Reasons that only the log of an API has. */
export const apiLogTopics: readonly Topic[] = [
  {
    title: 'What its log says',
    help: 'The true reason of a refused request. A token that cannot be used here is a 401; an authorization server that could not be asked, or answered wrongly, is a 503.',
    paths: ['resource-server/src/'],
  },
]

export const commandTopics: readonly Topic[] = [
  {
    title: 'Finding your provider',
    help: 'The commands load the module of your application that exports the provider: [Where the provider is](../cli.md#where-the-provider-is).',
    paths: ['cli/src/host/'],
  },
  {
    title: 'Arguments',
    help: '`oauth <command> --help` lists what a command takes: [Commands](../cli.md#commands). The exit code is 2.',
    paths: ['cli/src/'],
  },
]
