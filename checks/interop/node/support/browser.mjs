/** Follows redirects and keeps cookies, as the browser of a user who says yes to everything. */
export function createBrowser() {
  const cookies = new Map()

  return async function open(url, init = {}) {
    let target = new URL(url)
    let request = init
    for (let hops = 0; hops < 20; hops++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(target, {
        ...request,
        redirect: 'manual',
        headers: { accept: 'text/html', ...request.headers, ...(cookie && { cookie }) },
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
        if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      const location = response.headers.get('location')
      if (location === null) return { url: target.href, status: response.status, body: await response.text() }
      await response.arrayBuffer()
      target = new URL(location, target)
      request = {}
    }
    throw new Error('more than twenty redirects')
  }
}
