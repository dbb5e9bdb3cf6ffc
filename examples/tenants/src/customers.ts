/** A customer of this service: one tenant. A real service reads it from its database. */
export interface Customer {
  readonly name: string
  readonly colour: string
  readonly users: readonly User[]
}

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

/** Both have a user with the id 1: they are different people. */
const customers = new Map<string, Customer>([
  ['acme', { name: 'Acme', colour: '#b3261e', users: [{ id: '1', name: 'Ada Lovelace', email: 'ada@acme.example' }] }],
  [
    'globex',
    { name: 'Globex', colour: '#146c43', users: [{ id: '1', name: 'Grace Hopper', email: 'grace@globex.example' }] },
  ],
])

export const tenantIds: readonly string[] = [...customers.keys()]

export async function findCustomer(tenant: string): Promise<Customer | undefined> {
  return customers.get(tenant)
}
