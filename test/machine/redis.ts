import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Returns the path of the Redis that tests can start: `redis-server` on the `PATH`. */
export function findRedis(
  { PATH = '' }: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path))
}
