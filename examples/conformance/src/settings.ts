import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClientInput, SigningAlgorithm } from '@oauth/core'
import { readClients } from './clients.ts'
import { clientAuthentication, requestTypes, senderConstraints, signedMessages, usesCertificates } from './features.ts'
import { profileNames, type Variant } from './variant.ts'

export interface Settings {
  readonly port: number
  /** The address to listen on. `undefined` means all addresses. */
  readonly hostname: string | undefined
  readonly baseUrl: string
  /** A SQLite file, or `:memory:`. */
  readonly database: string
  readonly secret: string
  /** Key and certificate in PEM; without them the server speaks plain http. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  /**
   * The authorities whose client certificates are good for `tls_client_auth`, in PEM. Without any, only self-signed
   * certificates are. `undefined` when clients are not asked for certificates.
   */
  readonly certificates: { readonly authorities: readonly string[] } | undefined
  /** Lets requests of the server (`jwks_uri`, back-channel logout) go to private addresses, over http as well. */
  readonly allowPrivateAddresses: boolean
  /** The signing algorithms of ID tokens. The first is the default of clients that register none. */
  readonly idTokenAlgorithms: readonly [SigningAlgorithm, ...SigningAlgorithm[]]
  readonly variant: Variant
  /** The clients to register at the start. */
  readonly clients: readonly ClientInput[]
}

const algorithms: readonly SigningAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA']
const fapiAlgorithms: readonly SigningAlgorithm[] = ['PS256', 'ES256', 'EdDSA']

/** Reads the environment. Throws an error with a readable message when a variable is invalid. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = readPort(env.PORT)
  const tls = readTls(env.TLS_KEY, env.TLS_CERT)
  const baseUrl = readBaseUrl(env.BASE_URL || `${tls === undefined ? 'http' : 'https'}://localhost:${port}`)
  const variant = readVariant(env)
  return {
    port,
    hostname: env.HOST || (isLoopback(baseUrl) ? '127.0.0.1' : undefined),
    baseUrl,
    database: readDatabase(env.DATABASE),
    secret: env.OAUTH_SECRET || freshSecret(env.DATABASE),
    tls,
    certificates: readCertificates(env.CLIENT_CA, usesCertificates(variant), tls),
    idTokenAlgorithms: readAlgorithms(
      env.ID_TOKEN_ALGORITHMS,
      variant.profile === 'oidc' ? algorithms : fapiAlgorithms,
    ),
    variant,
    clients: env.CLIENTS ? readClients(resolve(env.CLIENTS)) : [],
    allowPrivateAddresses: readSwitch('ALLOW_PRIVATE_ADDRESSES', env.ALLOW_PRIVATE_ADDRESSES),
  }
}

function readPort(value: string | undefined): number {
  if (!value) return 3100
  const port = Number(value)
  if (/^\d+$/.test(value) && port >= 1 && port <= 65535) return port
  throw new Error(`PORT is a number from 1 to 65535, not "${value}".`)
}

function readTls(key: string | undefined, cert: string | undefined): Settings['tls'] {
  if (!key && !cert) return undefined
  if (!key || !cert) throw new Error('TLS_KEY and TLS_CERT are two files, and go together.')
  return { key: readPem('TLS_KEY', key), cert: readPem('TLS_CERT', cert) }
}

/** Reads the authorities of client certificates. Only the TLS layer of this process sees certificates. */
function readCertificates(file: string | undefined, used: boolean, tls: Settings['tls']): Settings['certificates'] {
  if (!used) return undefined
  if (tls === undefined) throw new Error('mtls needs TLS_KEY and TLS_CERT: certificates are presented in TLS.')
  return { authorities: file ? [readPem('CLIENT_CA', file)] : [] }
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(resolve(path), 'utf8')
  } catch {
    throw new Error(`${name}: the file "${path}" cannot be read.`)
  }
}

function readBaseUrl(value: string): string {
  if (!URL.canParse(value)) throw new Error(`BASE_URL is an absolute URL like https://op.example.com, not "${value}".`)
  const url = new URL(value)
  if (url.pathname !== '/') throw new Error(`BASE_URL has no path: the pages are at the root of ${url.origin}.`)
  if (url.protocol !== 'https:' && !isLoopback(value)) {
    throw new Error(`BASE_URL begins with https:// unless it is this machine, not "${value}".`)
  }
  return url.origin
}

function readDatabase(value: string | undefined): string {
  return !value || value === ':memory:' ? ':memory:' : resolve(value)
}

/** Reads the secret. A database file outlives the process, so its secret must be set. */
function freshSecret(database: string | undefined): string {
  if (database && database !== ':memory:') throw new Error('DATABASE needs OAUTH_SECRET, which seals the keys in it.')
  return randomBytes(32).toString('base64url')
}

function readAlgorithms(value: string | undefined, usual: readonly SigningAlgorithm[]): Settings['idTokenAlgorithms'] {
  const [first, ...others] = (value || usual.join(' ')).split(/[\s,]+/).filter((name) => name !== '')
  const known = (name: string | undefined): SigningAlgorithm => {
    const found = algorithms.find((one) => one === name)
    if (found === undefined)
      throw new Error(`ID_TOKEN_ALGORITHMS is a list of ${algorithms.join(', ')}, not "${value}".`)
    return found
  }
  return [known(first), ...others.map(known)]
}

function readVariant(env: Readonly<Record<string, string | undefined>>): Variant {
  const signed = env.SIGNED ? env.SIGNED.split(/[\s,]+/).filter((name) => name !== '') : Object.keys(signedMessages)
  return {
    profile: readName('PROFILE', env.PROFILE, profileNames),
    clientAuth: readName('CLIENT_AUTH', env.CLIENT_AUTH, Object.keys(clientAuthentication)),
    senderConstrain: readName('SENDER_CONSTRAIN', env.SENDER_CONSTRAIN, Object.keys(senderConstraints)),
    signed: signed.map((name) => readName('SIGNED', name, Object.keys(signedMessages))),
    requestType: readName('AUTHORIZATION_REQUEST_TYPE', env.AUTHORIZATION_REQUEST_TYPE, Object.keys(requestTypes)),
  }
}

/** Reads one of several names. The first is the default. */
function readName<Name extends string>(variable: string, value: string | undefined, names: readonly Name[]): Name {
  const found = value ? names.find((name) => name === value) : names[0]
  if (found !== undefined) return found
  throw new Error(`${variable} is one of ${names.join(', ')}, not "${value}".`)
}

function readSwitch(name: string, value: string | undefined): boolean {
  if (!value || value === '0') return false
  if (value === '1') return true
  throw new Error(`${name} is 1 or 0, not "${value}".`)
}

function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}
