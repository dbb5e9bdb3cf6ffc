import { parseArgs } from 'node:util'
import { call } from './commands/call.ts'
import { login } from './commands/login.ts'
import { logout } from './commands/logout.ts'
import { whoami } from './commands/whoami.ts'
import { exitCodes, explain, Failure } from './failure.ts'
import { jsonLine, type Output, output, printable } from './output.ts'
import { sessionFile } from './session-file.ts'
import { readSettings } from './settings.ts'

const usage = `Usage: example-cli <command> [--json]

  login         signs you in: shows a code, which you enter in a browser
  whoami        shows who is signed in
  call [path]   sends a GET request to the API. Default: /notes
  logout        ends the access and deletes the tokens

  --json        one JSON object a line, for programs`

async function run([command, ...operands]: readonly string[], out: Output): Promise<void> {
  const settings = readSettings(process.env)
  const file = sessionFile(settings.folder)
  if (operands.length > (command === 'call' ? 1 : 0)) throw new Failure('usage', usage)
  switch (command) {
    case 'login':
      return login(settings, file, out)
    case 'whoami':
      return whoami(file, out)
    case 'call':
      return call(operands[0] ?? '/notes', file, out)
    case 'logout':
      return logout(file, out)
    default:
      throw new Failure('usage', usage)
  }
}

function read(args: readonly string[]) {
  try {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch {
    return { values: { json: args.includes('--json') }, positionals: [] }
  }
}

const { values, positionals } = read(process.argv.slice(2))
if ('help' in values && values.help === true) {
  process.stdout.write(`${usage}\n`)
} else {
  try {
    await run(positionals, output(values.json === true))
  } catch (error) {
    const failure = explain(error)
    if (failure === undefined) throw error
    const { reason, message } = failure
    if (values.json === true) process.stdout.write(`${jsonLine({ event: 'failed', reason, message })}\n`)
    // The message may have text of the server.
    else process.stderr.write(`${printable(message)}\n`)
    process.exitCode = exitCodes[reason]
  }
}
