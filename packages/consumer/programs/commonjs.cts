// From CommonJS: on Node 20.19, 22.12 and newer an ES module can be required, and TypeScript has known it since 5.8.
import core = require('@oauth/core')
import memory = require('@oauth/core/memory')

const provider: core.Provider = core.createProvider({
  baseUrl: 'https://id.example.com',
  secret: 'a-secret-for-the-consumer-with-enough-characters',
  storage: memory.memoryStorage(),
  loginUrl: '/login',
  consentUrl: '/consent',
  authentication: { getSession: () => undefined, getUser: () => undefined },
})
if (provider.issuer !== 'https://id.example.com/auth') throw new Error('another issuer')
