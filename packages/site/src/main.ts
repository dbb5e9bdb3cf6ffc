import { join } from 'node:path'
import { serveFolder } from './build/serve.ts'
import { writeSite } from './build/write-site.ts'

const root = join(import.meta.dirname, '../../..')
const target = join(import.meta.dirname, '../dist')
const { PORT = '4100', SITE_REPOSITORY } = process.env

const began = performance.now()
const { pages, playground } = await writeSite({ root, target, repository: SITE_REPOSITORY })
const seconds = ((performance.now() - began) / 1000).toFixed(1)
process.stdout.write(`${pages} pages${playground ? ' and the playground' : ''} in ${seconds} s: packages/site/dist\n`)

if (process.argv.includes('--serve')) {
  try {
    await serveFolder(target, Number(PORT))
    process.stdout.write(`http://localhost:${PORT}\n`)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'EADDRINUSE') throw error
    process.stderr.write(`Port ${PORT} is taken. Choose another: PORT=4101 npx -y pnpm@10 site\n`)
    process.exitCode = 1
  }
}
