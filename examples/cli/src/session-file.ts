import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from './failure.ts'

/** What the program keeps between two runs. */
export interface Session {
  readonly issuer: string
  readonly clientId: string
  readonly api: string
  /** The user, by the `sub` of the ID token. */
  readonly subject: string
  readonly accessToken: string
  /** When the access token is over, in seconds since the epoch. */
  readonly expiresAt: number
  readonly refreshToken: string | undefined
  /** The private key that the tokens are bound to. */
  readonly key: JsonWebKey
}

/** The file with the tokens. Only its user may read it. */
export interface SessionFile {
  readonly path: string
  /** Returns `undefined` when nobody is signed in. */
  read(): Session | undefined
  write(session: Session): void
  remove(): void
}

export function sessionFile(folder: string): SessionFile {
  const path = join(folder, 'session.json')
  return {
    path,
    read() {
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as Session
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        if (error instanceof SyntaxError)
          throw new Failure('failed', `${path} is damaged. Delete it and sign in again.`)
        throw error
      }
    },
    write(session) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      // A crash leaves the old file or the new one. Each process has a file of its own until it renames it.
      const own = `${path}.${process.pid}`
      rmSync(own, { force: true })
      // A new file (`x`): the mode counts for no other, and a link that waits here must not get the tokens.
      writeFileSync(own, `${JSON.stringify(session, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
      renameSync(own, path)
    },
    remove: () => rmSync(path, { force: true }),
  }
}
