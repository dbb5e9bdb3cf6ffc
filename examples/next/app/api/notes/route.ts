import { api } from '../../../lib/api'

export const GET = api.withAuth((_request, auth) =>
  Response.json({ notes: ['Read the margins.'], reader: auth.subject }),
)
export const OPTIONS = api.preflight
