import type { ReactNode } from 'react'

// Not `no-referrer`: then browsers would send forms without the origin that we check.
export const metadata = { title: 'Identity provider', referrer: 'same-origin' }

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  )
}
