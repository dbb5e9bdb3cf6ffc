import { api } from '../../../resource'

export const GET = api.withAuth(() => new Response('written'), { scopes: ['notes:write'] })
