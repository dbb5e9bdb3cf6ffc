import { describe, expect, test } from 'vitest'
import { isPrivateAddress, isPrivateHost } from '../../../src/protocol/private-address.ts'

/** Returns the host as the URL parser normalizes it. */
const hostOf = (host: string): string => new URL(`https://${host}/`).hostname

describe('hosts that are private (G02)', () => {
  test.each([
    ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '172.16.0.1'],
    ...['172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.8', '192.0.2.1'],
    ...['198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.1.2.3', '240.0.0.1'],
    ...['255.255.255.255', '192.88.99.1'],
    // These are other spellings of private addresses.
    ...['2130706433', '0x7f000001', '0x7f.0.0.1', '017700000001', '0177.0.0.1', '127.1', '127.0.1', '3232235521'],
    ...['２１３０７０６４３３', '127。0。0。1', '0', '%31%32%37.0.0.1'],
    ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[fc00::1]', '[fdff:ffff::1]', '[fe80::1]', '[febf::1]', '[fec0::1]'],
    ...['[ff02::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:10.0.0.1]', '[::ffff:8.8.8.8]', '[::127.0.0.1]'],
    ...['[64:ff9b::10.0.0.1]', '[64:ff9b:1::1]', '[2002:7f00:1::]', '[2002:a00:1::1]', '[2001::1]', '[2001:0:4136::1]'],
    ...['[2001:db8::1]', '[2001:10::1]', '[100::1]', '[3fff::1]', '[4000::1]', '[fd00:ec2::254]'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'printer.local', 'db.internal', 'intranet', 'nas.lan'],
    ...['metadata.google.internal', 'metadata.google.internal.', 'host.localdomain', 'x.home.arpa'],
  ])('the host %s is private', (host) => {
    expect(isPrivateHost(hostOf(host))).toBe(true)
  })

  test.each([
    ...['example.com', 'example.com.', 'localhost.example.com', 'internal.example', '127.0.0.1.example.com'],
    ...['8.8.8.8', '1.1.1.1', '11.0.0.1', '172.15.255.255', '172.32.0.1', '192.167.1.1', '192.169.1.1', '100.63.0.1'],
    ...['100.128.0.1', '169.253.1.1', '198.17.0.1', '198.20.0.1', '223.255.255.255', '126.255.255.255', '128.0.0.1'],
    ...['[2606:4700:4700::1111]', '[2a00:1450:4001::200e]', '[2001:4860:4860::8888]', '[2001:200::1]', '[3ffe::1]'],
  ])('the host %s is not private', (host) => {
    expect(isPrivateHost(hostOf(host))).toBe(false)
  })

  test('the address from a resolver may have an interface name or a dotted tail', () => {
    for (const address of [
      'fe80::1%eth0',
      '::ffff:127.0.0.1',
      '::1',
      'fd12::1',
      '10.1.2.3',
      'not an address',
      '',
      '1.2.3',
    ]) {
      expect([address, isPrivateAddress(address)]).toEqual([address, true])
    }
    for (const address of ['93.184.216.34', '2606:2800:220:1::1']) {
      expect([address, isPrivateAddress(address)]).toEqual([address, false])
    }
  })
})
