import type { InteractionStore } from '../storage/interaction.ts'
import type { Tables } from './tables.ts'

export function interactionStore({ interactions }: Tables): InteractionStore {
  return {
    insert: (record) => interactions.insert(record),
    find: (id) => interactions.get(id),
    replace(record, expectedVersion) {
      if (interactions.get(record.id)?.version !== expectedVersion) return 'conflict'
      interactions.put(record)
      return 'won'
    },
    take: (id) => interactions.delete(id),
  }
}
