import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Question, ServerSettings, Target } from '../protocol.ts'
import { sample } from '../sample.ts'
import { bare } from './bare.ts'
import { serveFloor } from './floor.ts'
import { serveOidcProvider } from './oidc-provider.ts'
import { startProfile, stopProfile } from './profiler.ts'
import { serveProvider } from './provider.ts'
import { anyClients, type Served } from './served.ts'

/** The measured process. It answers its parent over IPC, and ends when its parent ends. */
async function serve(settings: ServerSettings): Promise<Served> {
  if (settings.kind === 'bare') return { listener: bare, clients: anyClients }
  if (settings.kind === 'oidc-provider') return serveOidcProvider(settings)
  return settings.kind === 'floor' ? serveFloor(settings) : serveProvider(settings)
}

async function answer(question: Question): Promise<unknown> {
  switch (question.type) {
    case 'sample':
      return sample(0)
    case 'purge-start':
      return served.purge?.start(question)
    case 'purge-stop':
      return served.purge?.stop()
    case 'profile-start':
      return startProfile()
    case 'profile-stop':
      return stopProfile(question.file)
    default:
      throw new Error(`a server does not ${question.type}`)
  }
}

const served = await serve(JSON.parse(process.argv[2] ?? '') as ServerSettings)
const server = createServer(served.listener)
// Longer than the other servers of a row take to start and to warm up.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  const { clients, privateKey } = served
  const { port } = server.address() as AddressInfo
  const target: Target = { port, clients, ...(privateKey && { privateKey }) }
  process.send?.(target)
})
process.on('message', (question: Question) => {
  void answer(question).then((reply) => process.send?.(reply ?? {}))
})
process.on('disconnect', () => process.exit())
