import { api } from '../../resource'

export const GET = api.withAuth((_request, auth) => Response.json({ subject: auth.subject, scopes: auth.scopes }))
export const POST = api.withAuth(async (request) => new Response(await request.text()))
export const OPTIONS = api.preflight
