import type { ReactNode } from 'react'

// Not `no-referrer`: then browsers would send forms without the origin that we check.
export const metadata = { title: 'Identity provider', referrer: 'same-origin' }

const style = {
  colorScheme: 'light dark',
  font: '1rem/1.6 system-ui, sans-serif',
  maxWidth: '32rem',
  margin: '10vh auto',
}

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body style={style}>{children}</body>
    </html>
  )
}
