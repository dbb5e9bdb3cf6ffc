/** Next.js calls this once, before the server takes requests. */
export async function register(): Promise<void> {
  // The check needs Node, and Next.js also compiles this file for the edge.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { requireReady } = await import('./src/require-ready.ts')
    await requireReady()
  }
}
