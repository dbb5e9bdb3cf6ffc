import { provider } from '../../src/oauth.ts'
import { pages } from '../../src/pages.ts'

const answer = (request: Request): Promise<Response> => pages(provider(), request)

export { answer as GET, answer as POST }
