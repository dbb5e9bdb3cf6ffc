import type { OAuthEvent } from '@oauth/core'
import type { Fault } from './fault.ts'
import type { Answer, AuthorizedCode, BrowserAnswer, BrowserRequest, Client } from './host.ts'

/** The commands that a test can send to a worker process. */
export interface Commands {
  migrate(): Promise<void>
  /** Serves the provider over HTTP, and returns the port. */
  listen(): Promise<number>
  /** Registers a client that users trust, or one that asks for their consent. */
  register(trusted?: boolean): Promise<Client>
  authorize(client: Client): Promise<AuthorizedCode>
  /** Sends this number of equal requests at once. */
  post(client: Client, path: string, form: Readonly<Record<string, string>>, times?: number): Promise<readonly Answer[]>
  /** Sends what the browser of the user sends. */
  browse(request: BrowserRequest): Promise<BrowserAnswer>
  /** Returns the ids of the back-channel requests that wait for the user. */
  waiting(): Promise<readonly string[]>
  /** Decides about a back-channel request for the user. */
  decide(id: string, approved: boolean): Promise<string>
  /** Requests JWT access tokens one after the other for this number of milliseconds, at least one, and returns them. */
  mintFor(client: Client, milliseconds: number): Promise<readonly string[]>
  rotateKeys(): Promise<void>
  /** Returns the ids of the published keys by algorithm, as this process sees them now. */
  publishedKeys(): Promise<readonly string[]>
  /** Returns the ids of the grants of a user, of Alice by default. */
  grants(userId?: string): Promise<readonly string[]>
  revokeGrants(): Promise<number>
  /** Returns the ids of the remembered consents. */
  consents(): Promise<readonly string[]>
  /** Returns the ids of the connected applications. */
  apps(): Promise<readonly string[]>
  disconnectApp(client: Client): Promise<boolean>
  purge(): Promise<number>
  arm(fault: Fault | undefined): Promise<void>
  /** Returns the statements since `arm`. */
  statements(): Promise<readonly string[]>
  events(): Promise<readonly OAuthEvent['type'][]>
}

export type CommandName = keyof Commands

export interface Call {
  readonly id: number
  readonly name: CommandName
  readonly args: readonly unknown[]
}

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly ready: true }
