// `pnpm playground`: builds the playground and serves it on this machine.
import { bundle } from './bundle.ts'
import { createFileServer } from './server.ts'

const port = Number(process.env.PORT ?? 3000)
const server = createFileServer(await bundle())
server.on('error', (error: NodeJS.ErrnoException) => {
  const taken = error.code === 'EADDRINUSE'
  process.stderr.write(taken ? `Port ${port} is taken: choose another with PORT=3001\n` : `${error.message}\n`)
  process.exitCode = 1
})
server.listen(port, 'localhost', () => {
  process.stdout.write(`The playground is on http://localhost:${port}\n`)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit(0)))
