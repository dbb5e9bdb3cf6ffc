export { GET } from '../../lib/health'

export const dynamic = 'force-dynamic'
