import { smoke } from './journey.ts'
import { runtimeName } from './runtime-name.ts'

export default {
  async fetch(): Promise<Response> {
    try {
      await smoke()
      return new Response(`ok ${runtimeName()}`)
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? error.message) : String(error), { status: 500 })
    }
  },
}
