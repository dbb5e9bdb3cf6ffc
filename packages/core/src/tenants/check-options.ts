import * as v from 'valibot'
import { loggerSchema } from '../config/logger-schema.ts'
import { storageSchema } from '../config/storage-schema.ts'
import { parseFeatureOptions } from '../contracts/feature-options.ts'
import { wholeNumberFrom } from '../contracts/number-option.ts'

const shortSecret = 'must have at least 32 characters: make one with `openssl rand -base64 32`'
const oneSecret = v.pipe(v.string(shortSecret), v.minLength(32, shortSecret))
const secretSchema = v.union([oneSecret, v.pipe(v.array(oneSecret), v.minLength(1))], shortSecret)

const resolver = v.custom<object>((value) => {
  const members = (value ?? {}) as Readonly<Record<string, unknown>>
  return ['tenantOf', 'locate', 'originOf'].every((name) => typeof members[name] === 'function')
}, 'must be what tenantsByHost or tenantsByPath returns, or an object with tenantOf, locate and originOf')

const entries = {
  resolve: resolver,
  options: v.function('must be a function that answers the options of a tenant'),
  storage: storageSchema,
  secret: v.optional(secretSchema),
  maxProviders: v.optional(wholeNumberFrom(1, 1_000_000)),
  idleSeconds: v.optional(wholeNumberFrom(1, 31_536_000, 'seconds')),
  refreshSeconds: v.optional(wholeNumberFrom(1, 31_536_000, 'seconds')),
  optionsTimeoutSeconds: v.optional(
    v.pipe(v.number(), v.gtValue(0, 'must be above 0'), v.maxValue(300, 'must be at most 300 seconds')),
  ),
  logger: v.optional(loggerSchema),
  onEvent: v.optional(v.function()),
  clock: v.optional(v.custom<object>((value) => typeof (value as { now?: unknown } | null)?.now === 'function')),
}

/**
 * Checks the options of `createTenants`.
 * @throws {TypeError} that names the option and what is wrong
 */
export function checkTenantsOptions(options: object): void {
  parseFeatureOptions('createTenants', entries, options)
}

/**
 * Checks a secret of a tenant. What is derived from it is always long, so nobody else would notice that it is short.
 * @throws {TypeError} that names the option
 */
export function checkTenantSecret(tenant: string, option: string, secret: unknown): void {
  if (v.is(secretSchema, secret)) return
  throw new TypeError(`options of the tenant ${tenant}: ${option} ${shortSecret}`)
}

/**
 * Checks the number of rows that one call may delete.
 * @throws {TypeError} when it is not a whole number
 */
export function requireLimit(call: string, limit: unknown): void {
  if (Number.isSafeInteger(limit) && (limit as number) >= 0) return
  throw new TypeError(`${call}: limit must be a whole number`)
}
