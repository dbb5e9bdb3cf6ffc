// The database behind the binding of D1, as a Worker of its own.
export { SimulatedD1 } from '../../../kysely/test/workerd/simulated-d1.ts'

interface Env {
  readonly OBJECT: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.OBJECT.getByName('database').fetch(request),
}
