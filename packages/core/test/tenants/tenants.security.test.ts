import { memoryStorage } from '@oauth/core/memory'
import { tenantAttacks } from './attacks.ts'

tenantAttacks('memoryStorage', async () => memoryStorage())
