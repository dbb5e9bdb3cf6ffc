import { createHash } from 'node:crypto'
import type { SendCommand } from './commands.ts'

/**
 * Counts in a fixed window, which the first request opens and Redis ends by the expiry of the key. So the clock of Redis
 * decides, and the clocks of the processes do not matter. Returns 0 if the request is within the rule, and otherwise the
 * milliseconds until the window ends. The arguments: the largest count, the length of a window in milliseconds, and whether
 * to count (1) or only to look (0).
 */
const script = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count >= tonumber(ARGV[1]) then
  local left = redis.call('PTTL', KEYS[1])
  if left == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  if left < 0 then return tonumber(ARGV[2]) end
  return math.max(left, 1)
end
if ARGV[3] == '1' and redis.call('INCR', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`

const digest = createHash('sha1').update(script).digest('hex')

/**
 * Runs the script in one round trip. Redis knows it by its digest; after a restart, Redis gets the text once more.
 * @throws what the client throws
 */
export async function runScript(send: SendCommand, key: string, args: readonly string[]): Promise<unknown> {
  try {
    return await send(['EVALSHA', digest, '1', key, ...args], key)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return send(['EVAL', script, '1', key, ...args], key)
  }
}
