import type { Context } from '../contracts/context.ts'
import type { RecordTake } from '../storage/record.ts'

/**
 * Takes the records that a request came from, because an answer that writes nothing else (an error) ends it.
 * @returns `false` when one of them was taken before: the request has had its answer
 */
export async function useUp({ storage }: Context, take: readonly RecordTake[] = []): Promise<boolean> {
  let first = true
  for (const one of take) if (!(await storage.records.take(one))) first = false
  return first
}
