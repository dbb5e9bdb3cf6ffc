import { provider } from './oauth.ts'
import { pages } from './pages.ts'

export default {
  async fetch(request: Request): Promise<Response> {
    const server = provider()
    return server.matches(request) ? server.fetch(request) : pages(server, request)
  },
}
