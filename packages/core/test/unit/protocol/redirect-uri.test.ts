import { describe, expect, test } from 'vitest'
import {
  isLoopbackRedirectUri,
  linkProblem,
  matchesRedirectUri,
  redirectUriProblem,
} from '../../../src/protocol/redirect-uri.ts'

const strict = { address: false, localhost: false }
const addresses = { address: true, localhost: false }
const all = { address: true, localhost: true }

describe('matchesRedirectUri', () => {
  test.each([
    ['https://a.example/cb', 'https://a.example/cb', strict],
    ['com.example.app:/cb', 'com.example.app:/cb', strict],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:49152/cb', addresses],
    ['http://127.0.0.1:3000/cb', 'http://127.0.0.1:1/cb', addresses],
    ['http://127.0.0.1:3000/cb', 'http://127.0.0.1/cb', addresses],
    ['http://127.0.0.1/cb?a=b', 'http://127.0.0.1:65535/cb?a=b', addresses],
    ['http://127.0.0.1', 'http://127.0.0.1:8080', addresses],
    ['http://[::1]/cb', 'http://[::1]:8080/cb', addresses],
    ['http://localhost/cb', 'http://localhost:8080/cb', all],
  ])('the registered URI %s matches %s', (registered, presented, rule) => {
    expect(matchesRedirectUri(registered, presented, rule)).toBe(true)
  })

  test.each([
    ['https://a.example/cb', 'https://a.example/cb/', all],
    ['https://a.example/cb', 'https://a.example/CB', all],
    ['https://a.example/cb', 'https://A.example/cb', all],
    ['https://a.example/cb', 'https://a.example:443/cb', all],
    ['https://a.example/cb', 'https://a.example/x/../cb', all],
    ['https://a.example/cb', 'https://a.example/%63b', all],
    ['https://a.example/cb', 'https://user@a.example/cb', all],
    ['https://a.example/cb', 'http://a.example/cb', all],
    ['https://127.0.0.1/cb', 'https://127.0.0.1:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb', strict],
    ['http://localhost/cb', 'http://localhost:8080/cb', addresses],
    ['http://127.0.0.1/cb', 'http://localhost/cb', all],
    ['http://127.0.0.1/cb', 'http://[::1]/cb', all],
    ['http://[::1]/cb', 'http://127.0.0.1:80/cb', all],
    ['http://127.0.0.1/cb', 'https://127.0.0.1:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb/', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb?x=1', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb#x', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.evil.test/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080@evil.test/cb', all],
    ['http://127.0.0.1/cb', 'http://user@127.0.0.1:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080\\@evil.test/cb', all],
    ['http://127.0.0.1/cb', 'http://2130706433/cb', all],
    ['http://127.0.0.1/cb', 'http://2130706433:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://0x7f000001/cb', all],
    ['http://127.0.0.1/cb', 'http://0x7f.0.0.1:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://0177.0.0.1/cb', all],
    ['http://127.0.0.1/cb', 'http://127.1/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1./cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.2:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://0.0.0.0:8080/cb', all],
    ['http://[::1]/cb', 'http://[0:0:0:0:0:0:0:1]:8080/cb', all],
    ['http://[::1]/cb', 'http://[::ffff:127.0.0.1]:8080/cb', all],
    ['http://127.0.0.1/cb', 'HTTP://127.0.0.1:8080/cb', all],
    ['http://localhost/cb', 'http://LOCALHOST:8080/cb', all],
    ['http://localhost/cb', 'http://localhost.evil.test:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:0/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:99999/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:123456/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:-1/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:80a/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb\n', all],
    ['http://127.0.0.1/cb', ' http://127.0.0.1:8080/cb', all],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8080/cb\nhttp://127.0.0.1/cb', all],
    ['https://a.example/cb', '', all],
  ])('the registered URI %s does not match %j', (registered, presented, rule) => {
    expect(matchesRedirectUri(registered, presented, rule)).toBe(false)
  })
})

test.each([
  ['http://127.0.0.1/', true],
  ['http://[::1]:3000/x', true],
  ['http://localhost:3000', true],
  ['https://localhost:3000', false],
  ['http://localhost.', false],
  ['http://localhost.evil.test', false],
  ['http://127.0.0.1.evil.test', false],
  ['http://127.0.0.1@evil.test', false],
  ['http://2130706433', false],
])('isLoopbackRedirectUri(%s) is %s', (uri, expected) => {
  expect(isLoopbackRedirectUri(uri)).toBe(expected)
})

describe('redirectUriProblem', () => {
  test.each([
    ['https://a.example/cb', false],
    ['https://a.example', false],
    ['https://a.example:8443/cb?x=1&y=%20', false],
    ['http://127.0.0.1/cb', false],
    ['http://localhost:3000/cb', false],
    ['http://[::1]/cb', false],
    ['com.example.app:/cb', true],
    ['com.example.app://host/cb', true],
    ['com.example.app:cb', true],
    ['myapp:/cb', true],
  ])('a client may register %s', (uri, native) => {
    expect(redirectUriProblem(uri, native)).toBeUndefined()
  })

  test.each([
    ['com.example.app:/cb', false],
    ['http://a.example/cb', true],
    ['http://127.0.0.1.evil.test/cb', true],
    ['http://2130706433/cb', true],
    ['http://0x7f000001/cb', true],
    ['http://127.0.0.1:0/cb', true],
    ['http://0.0.0.0/cb', true],
    ['http://10.0.0.1/cb', true],
    ['https://a.example/cb#x', false],
    ['https://a.example/cb#', false],
    ['https://*.a.example/cb', false],
    ['https://a.example/*', false],
    ['https://user@a.example/cb', false],
    ['https://user:pass@a.example/cb', false],
    ['https://', false],
    ['https:///cb', false],
    ['https:a.example/cb', false],
    ['https:/a.example/cb', false],
    ['https://?x=1', false],
    ['https:\\\\a.example\\cb', false],
    ['//a.example/cb', false],
    ['/cb', false],
    ['cb', false],
    ['', false],
    ['https://a.example/ cb', false],
    ['https://a.example/cb\n', false],
    ['\thttps://a.example/cb', false],
    ['https://a.example/\u0000', false],
    ['https://ä.example/cb', false],
    ['https://a.example/\u202e', false],
    ['https://a.example/"><script>', false],
    [`https://a.example/${'x'.repeat(2048)}`, false],
    ['javascript:alert(1)', true],
    ['JavaScript:alert(1)', true],
    ['java\nscript:alert(1)', true],
    ['javascript://a.example/%0aalert(1)', true],
    ['data:text/html,x', true],
    ['DATA:text/html,x', true],
    ['vbscript:x', true],
    ['blob:https://a.example/x', true],
    ['file:///etc/passwd', true],
    ['about:blank', true],
    ['view-source:https://a.example', true],
    ['filesystem:https://a.example/x', true],
    ['mailto:a@a.example', true],
    ['intent:x', true],
    ['ms-msdt:/id', true],
    ['tel:+1', true],
    ['feed:javascript:alert(1)', true],
    ['feed:javascript:alert(1)', false],
    ['com.example.app:https:x', true],
    ['view-source:x', true],
  ])('a client may not register %j (native: %s)', (uri, native) => {
    expect(redirectUriProblem(uri, native)).toBeTypeOf('string')
  })
})

test.each([
  ['https://a.example/logo.png', true],
  ['http://localhost:3000/logo.png', true],
  ['http://a.example/logo.png', false],
  ['http://127.0.0.1.evil.test/', false],
  ['com.example.app:/logo', false],
  ['javascript:alert(1)', false],
  ['data:image/png;base64,AAAA', false],
  ['/logo.png', false],
  ['https://a.example/"onload="x', false],
])('linkProblem lets a page show %s: %s', (uri, good) => {
  expect(linkProblem(uri) === undefined).toBe(good)
})
