import { migrate } from '../../src/migrations/index.ts'
import { connect } from './databases.ts'

// This process tells that it is ready, migrates the database at the address on demand, and exits with 0 on success.
const [url = '', tablePrefix = 'oauth_'] = process.argv.slice(2)
const db = connect(url)
process.send?.('ready')
await new Promise((resolve) => process.once('message', resolve))
await migrate(db, { tablePrefix })
await db.destroy()
process.disconnect()
