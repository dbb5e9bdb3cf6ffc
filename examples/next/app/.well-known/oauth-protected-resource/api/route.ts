import { api } from '../../../../lib/api'

export const { GET, HEAD, OPTIONS } = api.metadata
