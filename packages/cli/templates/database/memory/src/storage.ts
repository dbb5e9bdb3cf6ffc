import { memoryStorage } from '@oauth/core/memory'

/** Keeps everything in this process: for a try. Clients, grants and keys are gone when it ends. */
export function openStorage() {
  return { storage: memoryStorage(), db: undefined }
}
