import { Hono } from 'hono'
import { type BearerOptions, createBearerCheck } from './bearer.ts'

/** A small protected resource, mounted at `/api`. */
export function notesApi(options: Omit<BearerOptions, 'scope'>): Hono {
  const check = createBearerCheck({ ...options, scope: 'notes:read' })
  const api = new Hono()
  api.get('/notes', async (c) => {
    const verdict = await check(c.req.raw)
    if ('refusal' in verdict) return verdict.refusal
    const { sub, client_id } = verdict.claims
    return c.json({ notes: ['Read the margins.'], reader: sub, client: client_id })
  })
  return api
}
