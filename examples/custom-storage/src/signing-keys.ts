import type { SigningKeyRecord, SigningKeyStore } from '@oauth/core'
import type { Database } from './database.ts'
import { fromRow, insertInto } from './documents.ts'

export function signingKeyStore(database: Database): SigningKeyStore {
  return {
    async list() {
      const text = 'select to_json(k) as key from oauth.signing_keys k order by algorithm, generation'
      return (await database.run(text)).rows.map(({ key }) => fromRow<SigningKeyRecord>(key))
    },
    async insert(record) {
      // Without a target, `on conflict` covers both constraints: the primary key and (algorithm, generation).
      const { affected } = await database.run(...insertInto('signing_keys', record, 'on conflict do nothing'))
      return affected === 1 ? 'won' : 'exists'
    },
    async delete(id) {
      await database.run('delete from oauth.signing_keys where id = $1', [id])
    },
  }
}
