/**
 * Names of attribute types in lower case, with their object identifiers: those of {@link
 * https://www.rfc-editor.org/rfc/rfc4514#section-3 RFC 4514 section 3} and those that tools and certificates of banks
 * use. All of them are compared without regard to case.
 */
export const attributeTypes: ReadonlyMap<string, string> = new Map([
  ['cn', '2.5.4.3'],
  ['sn', '2.5.4.4'],
  ['serialnumber', '2.5.4.5'],
  ['c', '2.5.4.6'],
  ['l', '2.5.4.7'],
  ['st', '2.5.4.8'],
  ['s', '2.5.4.8'],
  ['street', '2.5.4.9'],
  ['o', '2.5.4.10'],
  ['ou', '2.5.4.11'],
  ['title', '2.5.4.12'],
  ['businesscategory', '2.5.4.15'],
  ['postalcode', '2.5.4.17'],
  ['givenname', '2.5.4.42'],
  ['gn', '2.5.4.42'],
  ['initials', '2.5.4.43'],
  ['generationqualifier', '2.5.4.44'],
  ['dnqualifier', '2.5.4.46'],
  ['pseudonym', '2.5.4.65'],
  ['organizationidentifier', '2.5.4.97'],
  ['uid', '0.9.2342.19200300.100.1.1'],
  ['dc', '0.9.2342.19200300.100.1.25'],
  ['emailaddress', '1.2.840.113549.1.9.1'],
  ['e', '1.2.840.113549.1.9.1'],
  ['jurisdictionlocalityname', '1.3.6.1.4.1.311.60.2.1.1'],
  ['jurisdictionstateorprovincename', '1.3.6.1.4.1.311.60.2.1.2'],
  ['jurisdictioncountryname', '1.3.6.1.4.1.311.60.2.1.3'],
])

const caseIgnored: ReadonlySet<string> = new Set(attributeTypes.values())

/** Whether values of this attribute type are compared without regard to case. Values of unknown types are not. */
export function ignoresCase(oid: string): boolean {
  return caseIgnored.has(oid)
}
