import { describe, expect, test } from 'vitest'
import { areAcrValuesRequired, requiredAcr, wantedAcr } from '../../../src/policy/authentication-context.ts'

describe('acr_values of a stored request', () => {
  test('a request that was stored before acrValuesRequired existed is still held to requireAcrValues (S02)', () => {
    expect(requiredAcr({ acrValues: 'gold' }, true)).toEqual(['gold'])
    expect(requiredAcr({ acrValues: 'gold' }, undefined)).toBeUndefined()
    expect(requiredAcr({ acrValues: 'gold' }, false)).toBeUndefined()
  })

  test('a request that was read as a requirement stays one, also when the option has changed since (S02)', () => {
    const request = { acrValues: 'gold silver', acrValuesRequired: true }
    expect(requiredAcr(request, false)).toEqual(['gold', 'silver'])
    expect(wantedAcr(request, false)).toEqual(['gold', 'silver'])
  })

  test('a requirement without values requires nothing (S02)', () => {
    expect(requiredAcr({ acrValuesRequired: true }, true)).toBeUndefined()
    expect(requiredAcr({ acrValues: ' ', acrValuesRequired: true }, true)).toBeUndefined()
  })
})

describe('whether acr_values are a requirement', () => {
  test.each([
    [undefined, undefined, true, false, true],
    [undefined, undefined, true, true, false],
    [undefined, undefined, false, false, false],
    [undefined, true, false, true, true],
    [undefined, false, true, false, false],
    [true, false, false, true, true],
    [false, undefined, true, false, false],
    [false, true, true, true, true],
  ])(
    'with requireAcrValues %s, require_acr_values %s, sent %s and openid %s the answer is %s (S02)',
    (option, registered, sent, openid, required) => {
      expect(areAcrValuesRequired({ option, registered, sent, openid })).toBe(required)
    },
  )
})
