// Builds packages/playground/dist, and prints what a visitor loads.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bundle } from './bundle.ts'

const folder = await bundle()
for (const name of ['index.html', 'playground.css', 'playground.js']) {
  const content = await readFile(join(folder, name))
  const size = (bytes: Buffer): string => `${(bytes.length / 1000).toFixed(1)} kB`
  process.stdout.write(`${name.padEnd(16)} ${size(content).padStart(9)}, ${size(gzipSync(content))} compressed\n`)
}
