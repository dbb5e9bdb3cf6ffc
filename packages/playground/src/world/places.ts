/** The addresses in the playground. None of them is ever requested over a network. */
export const places = {
  host: 'https://id.example.com',
  issuer: 'https://id.example.com/auth',
  login: 'https://id.example.com/login',
  consent: 'https://id.example.com/consent',
  device: 'https://id.example.com/device',
  app: 'https://notes.example.com',
  callback: 'https://notes.example.com/callback',
  signedOut: 'https://notes.example.com/signed-out',
  api: 'https://api.example.com/notes',
  stock: 'https://stock.example.com/items',
  mcp: 'https://mcp.example.com/mcp',
  agentCallback: 'http://127.0.0.1:8976/callback',
  attacker: 'https://attacker.example/callback',
} as const

export const endpoint = (path: string): string => places.issuer + path
