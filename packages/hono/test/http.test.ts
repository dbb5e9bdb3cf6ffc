import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { describeAdapter } from '../../core/test/support/adapter-suite.ts'
import { oauth } from '../src/index.ts'

describeAdapter('Hono', (provider) => {
  const app = new Hono().use(oauth(provider)).onError((_error, c) => c.json({ error: 'host' }, 500))
  return getRequestListener(app.fetch, { overrideGlobalObjects: false })
})
