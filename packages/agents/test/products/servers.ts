import { afterEach, beforeEach, expect } from 'vitest'
import { type Servers, startServers } from '../../src/server.ts'

/** Starts servers before each test of a file, and stops them after it. No request may have failed within the server. */
export function useServers(): () => Servers {
  let servers: Servers
  beforeEach(async () => {
    servers = await startServers()
  })
  afterEach(async () => {
    await servers.stop()
    expect(servers.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })
  return () => servers
}
