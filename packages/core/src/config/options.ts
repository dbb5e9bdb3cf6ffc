import type { ClaimHooks } from '../contracts/hooks.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { Resolvers } from '../contracts/resolvers.ts'
import type { TokenFormatOptions } from './options/formats.ts'
import type { HostOptions } from './options/host.ts'
import type { LifetimeOptions } from './options/lifetimes.ts'
import type { ObservabilityOptions } from './options/observability.ts'
import type { OutboundOptions } from './options/outbound.ts'
import type { PageOptions } from './options/pages.ts'
import type { RegistrationOptions } from './options/registration.ts'
import type { ServerOptions } from './options/server.ts'
import type { TestingOptions } from './options/testing.ts'
import type { TokenOptions } from './options/tokens.ts'

/** The options of `createProvider`. An unknown option throws a `TypeError` that names the nearest known one. */
export interface ProviderOptions<User extends BaseUser = BaseUser>
  extends ServerOptions,
    HostOptions<User>,
    PageOptions,
    ObservabilityOptions,
    TokenOptions,
    LifetimeOptions,
    TokenFormatOptions,
    RegistrationOptions,
    OutboundOptions,
    ClaimHooks<User>,
    Resolvers<User>,
    TestingOptions {}
