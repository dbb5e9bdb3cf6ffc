import { api } from '../../../../resource'

export const { GET, HEAD, OPTIONS } = api.metadata
