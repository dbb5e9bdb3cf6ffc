import type { Context } from 'hono'
import { createCookie } from '../web/cookie.ts'
import { hashToken, randomToken } from '../web/opaque.ts'
import type { Exchange } from './exchange.ts'
import { createLog, type Log } from './log.ts'

/** The limits of what the timelines keep in memory. */
const mostExchanges = 30
const mostBrowsers = 100
const idleMilliseconds = 3600_000

/** The requests that the application made for each browser, in the memory of this process. */
export interface Timeline {
  /** Returns what was written down for this browser, newest first. */
  of(request: Request): readonly Exchange[]
  /** Opens the log of this browser, and gives the browser a cookie for it if it has none. */
  open(c: Context): BrowserLog
  purgeExpired(): void
}

/** The log of one browser. */
export interface BrowserLog extends Log {
  /**
   * Gives the browser a new cookie. Call it when a user signs in, so that nobody who planted the old cookie can read on, and
   * without `keep` when a user signs out, so that the next one finds nothing.
   */
  renew(keep: 'keep' | 'forget'): void
}

interface Book {
  readonly key: string
  exchanges: readonly Exchange[]
  usedAt: number
}

/** Makes the timelines. A product has none: this one exists so that readers see the protocol. */
export function createTimeline(baseUrl: string, now: () => number = Date.now): Timeline {
  const cookie = createCookie('marginalia_timeline', baseUrl)
  const books = new Map<string, Book>()
  let count = 0

  function find(request: Request): Book | undefined {
    const token = cookie.read(request)
    const book = token === undefined ? undefined : books.get(hashToken(token))
    return book === undefined || isOver(book) ? undefined : book
  }

  const isOver = ({ usedAt }: Book) => usedAt <= now() - idleMilliseconds

  /** Starts a book under a new cookie. The value of a cookie that this process did not make is never used. */
  function start(c: Context, exchanges: readonly Exchange[]): Book {
    const token = randomToken()
    const book = { key: hashToken(token), exchanges, usedAt: now() }
    books.set(book.key, book)
    for (const key of [...books.keys()].slice(0, Math.max(books.size - mostBrowsers, 0))) books.delete(key)
    c.header('set-cookie', cookie.write(token), { append: true })
    return book
  }

  function add(book: Book, exchange: Omit<Exchange, 'id'>): void {
    count += 1
    book.exchanges = [{ ...exchange, id: count }, ...book.exchanges].slice(0, mostExchanges)
    book.usedAt = now()
  }

  return {
    of: (request) => find(request)?.exchanges ?? [],
    open(c) {
      let book = find(c.req.raw) ?? start(c, [])
      return {
        ...createLog((exchange) => add(book, exchange)),
        renew(keep) {
          books.delete(book.key)
          book = start(c, keep === 'keep' ? book.exchanges : [])
        },
      }
    },
    purgeExpired() {
      for (const book of books.values()) if (isOver(book)) books.delete(book.key)
    },
  }
}
