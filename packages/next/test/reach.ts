import { reachThrough } from '../../core/test/support/reach.ts'
import { serveEach } from '../../core/test/support/serve-each.ts'
import { listenerOf } from './server.ts'

reachThrough(serveEach(listenerOf))
