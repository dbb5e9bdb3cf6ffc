import type { Storage } from '@oauth/core'
import { createTenants, type Tenants, tenantsByPath } from '@oauth/core/tenants'
import { findCustomer } from './customers.ts'
import { currentSession } from './sessions.ts'

export interface Settings {
  readonly baseUrl: string
  readonly secret: string
  readonly storage: Storage
}

/** Makes an issuer for each customer: `<baseUrl>/t/<tenant>/auth`. Its pages are at `<baseUrl>/t/<tenant>/login` and so on. */
export function makeTenants({ baseUrl, secret, storage }: Settings): Tenants {
  return createTenants({
    resolve: tenantsByPath({ baseUrl }),
    storage,
    secret,
    options: async (tenant) => {
      const customer = await findCustomer(tenant)
      if (customer === undefined) return undefined
      return {
        authentication: {
          getSession: (request) => currentSession(tenant, request),
          getUser: (id) => customer.users.find((user) => user.id === id),
        },
        loginUrl: 'login',
        consentUrl: 'consent',
        branding: { name: customer.name, colours: { accent: customer.colour } },
      }
    },
  })
}
