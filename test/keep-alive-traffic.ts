import { Agent, request } from 'node:http'
import { connect } from 'node:net'

/** The responses on one kept-alive connection until it ended. */
export interface Connection {
  readonly answers: readonly { readonly status: number; readonly closes: boolean; readonly body: string }[]
  /** The code of the error that ended it. Absent when the server sent `Connection: close` or closed it while idle. */
  readonly error?: string
}

export interface Traffic {
  /** Resolves once every connection has had its first response. */
  readonly started: Promise<unknown>
  /** Resolves when no connection is left. */
  readonly ended: Promise<readonly Connection[]>
  /** Keeps the connections open, but sends no more requests. */
  pause(): void
}

/** Requests a URL again and again over this number of kept-alive connections, until the server closes each. */
export function keepAliveTraffic(url: string, connections: number, pauseMilliseconds = 20): Traffic {
  let isPaused = false
  const each = Array.from({ length: connections }, () => {
    let first: () => void = () => undefined
    const started = new Promise<void>((resolve) => {
      first = resolve
    })
    return { started, ended: follow(url, pauseMilliseconds, first, () => isPaused) }
  })
  return {
    started: Promise.all(each.map(({ started }) => started)),
    ended: Promise.all(each.map(({ ended }) => ended)),
    pause() {
      isPaused = true
    },
  }
}

async function follow(
  url: string,
  pauseMilliseconds: number,
  onAnswer: () => void,
  isPaused: () => boolean,
): Promise<Connection> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const answers: Connection['answers'][number][] = []
  let closed: Promise<void> | undefined
  let isOpen = true
  const ask = (): Promise<Connection['answers'][number]> =>
    new Promise((resolve, reject) => {
      const asked = request(url, { agent }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (part) => {
          body += part
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, closes: response.headers.connection === 'close', body }),
        )
        response.on('error', reject)
      })
      asked.on('socket', (socket) => {
        closed ??= new Promise((done) => {
          socket.once('close', () => {
            isOpen = false
            done()
          })
        })
      })
      asked.on('error', reject)
      asked.end()
    })
  try {
    // Do not reopen a closed connection: a server that stops refuses new ones.
    while (isOpen) {
      const answer = await ask()
      answers.push(answer)
      onAnswer()
      if (answer.closes) break
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds))
      if (isPaused()) await closed
    }
    return { answers }
  } catch (error) {
    return { answers, error: (error as NodeJS.ErrnoException).code ?? String(error) }
  } finally {
    agent.destroy()
  }
}

/** Sends the headers of a request and half of its body, and the rest when `finish` is called. */
export function slowRequest(port: number, path: string, form: string) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  const ended = new Promise<string>((resolve, reject) => {
    socket.on('data', (data) => {
      text += data
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
  const middle = Math.floor(form.length / 2)
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/x-www-form-urlencoded\r\n` +
      `content-length: ${form.length}\r\n\r\n${form.slice(0, middle)}`,
  )
  return {
    /** Sends the rest, and resolves with all that the server sends until it closes the connection. */
    finish(): Promise<string> {
      socket.write(form.slice(middle))
      return ended
    },
    ended,
  }
}
