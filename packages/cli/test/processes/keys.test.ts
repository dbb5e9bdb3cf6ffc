import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHost } from '../support/host.ts'

interface Key {
  readonly id: string
  readonly state: string
}

test('keys rotate adds keys that are next, --activate-after 0 signs at once, and --drop-previous leaves the new ones alone', async () => {
  const host = await startHost()
  expect((await host.run('keys', 'list')).output).toMatch(/^There are no signing keys yet/)
  const first = (await host.json('keys', 'rotate')).keys as readonly Key[]
  const count = first.length / 2
  expect(first.map(({ state }) => state).sort()).toEqual([...Array(count).fill('active'), ...Array(count).fill('next')])
  expect(await host.json('keys', 'list')).toEqual({ keys: first })
  const second = (await host.json('keys', 'rotate', '--activate-after', '0')).keys as readonly Key[]
  expect(second.filter(({ state }) => state === 'active').every(({ id }) => first.every((key) => key.id !== id))).toBe(
    true,
  )
  const dropped = (await host.json('keys', 'rotate', '--drop-previous', '--yes')).keys as readonly Key[]
  expect(dropped.map(({ state }) => state)).toEqual(Array(count).fill('active'))
  expect((await host.run('keys', 'list')).output).toMatch(
    /^[\w-]{43} +\w+ +active +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +- +storage$/m,
  )
})

test('keys rotate --encryption of a provider that decrypts nothing has the exit code 1 and says so', async () => {
  const { code, errors } = await (await startHost()).run('keys', 'rotate', '--encryption')
  expect([code, errors]).toEqual([1, expect.stringContaining('no feature of this provider decrypts anything')])
})

test('keys that another secret sealed are listed as such', async () => {
  const host = await startHost()
  await host.json('keys', 'rotate')
  const env = { ...host.env, OAUTH_SECRET: 'another-secret-for-tests-with-enough-characters' }
  const { output } = await host.with(env).run('keys', 'list')
  expect(output).toMatch(/storage, sealed with another secret$/m)
})

test('keys import takes over the private keys of another server once, and shows nothing of them', async () => {
  const host = await startHost()
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'old', alg: 'ES256' }
  writeFileSync(join(host.directory, 'jwks.json'), JSON.stringify({ keys: [key] }))
  for (let count = 0; count < 2; count++) {
    const { code, output, errors } = await host.run('keys', 'import', 'jwks.json')
    expect([code, output]).toEqual([0, expect.stringMatching(/^old +ES256 +active/m)])
    expect(output + errors).not.toContain(key.d)
  }
  writeFileSync(join(host.directory, 'broken.json'), `{"keys":[{"d":"${key.d}"`)
  const broken = await host.run('keys', 'import', 'broken.json')
  expect([broken.code, broken.errors]).toEqual([1, expect.stringContaining('is no JWK set')])
  expect(broken.errors).not.toContain(key.d)
})
