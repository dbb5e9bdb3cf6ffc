import { afterAll } from 'vitest'
import { tenantAttacks } from '../../core/test/tenants/attacks.ts'
import { kyselyStorage } from '../src/index.ts'
import { migrate } from '../src/migrations/index.ts'
import { sqliteStorage } from '../src/sqlite/index.ts'
import { databaseNames, type EmptyDatabase, emptyDatabase } from './support/databases.ts'

tenantAttacks('sqliteStorage', async () => sqliteStorage(':memory:'))

for (const name of databaseNames.filter((one) => one !== 'sqlite')) {
  let database: EmptyDatabase | undefined
  tenantAttacks(name, async () => {
    database = await emptyDatabase(name)
    await migrate(database.db)
    return kyselyStorage(database.db)
  })
  afterAll(() => database?.drop())
}
