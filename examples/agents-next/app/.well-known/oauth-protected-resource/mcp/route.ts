import { api } from '../../../../lib/auth'

export const { GET, HEAD, OPTIONS } = api.metadata
