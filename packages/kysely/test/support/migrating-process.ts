import { migrate } from '../../src/migrations/index.ts'
import { connect } from './databases.ts'

// Says that it is ready, migrates the database at the address when it is told to, and ends with 0 if that went well.
const [url = '', tablePrefix = 'oauth_'] = process.argv.slice(2)
const db = connect(url)
process.send?.('ready')
await new Promise((resolve) => process.once('message', resolve))
await migrate(db, { tablePrefix })
await db.destroy()
process.disconnect()
