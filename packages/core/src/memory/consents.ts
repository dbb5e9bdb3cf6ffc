import type { ConsentKey, ConsentRecord, ConsentStore } from '../storage/consent.ts'
import { consentKey, type Tables } from './tables.ts'

function findConsent({ consents, consentIds }: Tables, key: ConsentKey): ConsentRecord | undefined {
  const id = consentIds.get(consentKey(key))
  return id === undefined ? undefined : consents.get(id)
}

/** Throws when the consent would be a new one whose id is taken. Call it before the first write. */
export function requireRememberable(tables: Tables, record: ConsentRecord | undefined): void {
  if (record && !findConsent(tables, record)) tables.consents.requireFree(record.id)
}

export function rememberConsent(tables: Tables, record: ConsentRecord): void {
  const known = findConsent(tables, record)
  if (!known) {
    tables.consents.insert(record)
    return
  }
  tables.consents.put({
    ...known,
    scope: [...new Set([...known.scope, ...record.scope])],
    resources: [...new Set([...known.resources, ...record.resources])],
    claims: [...new Set([...known.claims, ...record.claims])],
    redirectHosts: [...new Set([...known.redirectHosts, ...record.redirectHosts])],
    updatedAt: record.updatedAt,
  })
}

export function consentStore(tables: Tables): ConsentStore {
  const { consents, consentsByUser, consentsByClient } = tables
  return {
    find: (key) => findConsent(tables, key),
    findById: (id) => consents.get(id),
    list({ userId, referenceId }) {
      const found: ConsentRecord[] = []
      for (const id of consentsByUser.get(userId)) {
        const consent = consents.get(id)
        if (consent && (referenceId === undefined || consent.referenceId === referenceId)) found.push(consent)
      }
      return found.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    },
    remember: (record) => rememberConsent(tables, record),
    replaceScope({ id, scope, claims, now }) {
      const consent = consents.get(id)
      if (!consent) return false
      consents.put({ ...consent, scope, claims: claims ?? consent.claims, updatedAt: now })
      return true
    },
    delete: (id) => consents.delete(id),
    deleteAll({ clientId }) {
      const ids = [...consentsByClient.get(clientId)]
      for (const id of ids) consents.delete(id)
      return ids.length
    },
  }
}
