// node .ci/page-answers.mjs <url> <seconds>: waits until the page answers 200, and fails after that time.
const [, , url, seconds] = process.argv
const end = Date.now() + Number(seconds) * 1000
let last = 'nothing listens'

while (Date.now() < end) {
  try {
    const { status } = await fetch(url)
    if (status === 200) process.exit(0)
    last = `status ${status}`
  } catch (error) {
    last = String(error.cause ?? error)
  }
  await new Promise((resolve) => setTimeout(resolve, 200))
}
process.stderr.write(`${url} did not answer within ${seconds} s: ${last}\n`)
process.exit(1)
