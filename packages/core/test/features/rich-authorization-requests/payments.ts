import {
  commonFields,
  coversCommonFields,
  richAuthorizationRequests,
} from '@oauth/core/features/rich-authorization-requests'
import * as v from 'valibot'

const accounts: Readonly<Record<string, readonly string[]>> = { 'user-alice': ['DE02', 'DE17'] }

export const details = richAuthorizationRequests({
  types: {
    // The client asks for this payment, and nothing else.
    payment_initiation: {
      schema: v.strictObject({ amount: v.string(), currency: v.picklist(['EUR', 'USD']), creditor: v.string() }),
      describe: ({ amount, currency, creditor }) => `Pay ${amount} ${currency} to ${creditor}`,
      locations: ['https://api.example.com'],
    },
    // The user chooses accounts on the consent page, and the host checks that they are the user's own.
    account_information: {
      schema: v.strictObject({ accounts: v.array(v.string()) }),
      describe: () => 'See the balance of the accounts that you choose',
      enrich({ chosen, userId = '' }) {
        const own = chosen.accounts.filter((account) => accounts[userId]?.includes(account))
        return own.length === 0 ? undefined : { accounts: own }
      },
    },
    // The common fields of the standard. A token may have less than was granted, and the user is asked once.
    customer_data: {
      schema: commonFields({ actions: ['read', 'write'], datatypes: ['contacts', 'photos'] }),
      covers: coversCommonFields,
      rememberConsent: true,
    },
  },
})
