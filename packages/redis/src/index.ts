export {
  type RedisClientCacheSignalOptions,
  type RedisSubscriber,
  redisClientCacheSignal,
} from './client-cache-signal.ts'
export type { IoredisCommands, NodeRedisCommands, RedisCommands, SendCommand } from './commands.ts'
export { type RedisRateLimiterOptions, redisRateLimiter } from './rate-limiter.ts'
