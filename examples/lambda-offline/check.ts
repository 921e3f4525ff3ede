/** `npm run check`: starts serverless-offline and the mesh, calls the function by name, and says what held. Exit 0 or 1. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CLI = `${ROOT}dist/cli.js`
/** What the functions import by name: the package as it was built. */
const PACKAGE = fileURLToPath(new URL('node_modules/selvedge/', import.meta.url))
/** Lambda's Invoke API, and the functions' own address, as serverless.yml has them. */
const LAMBDA = 'http://127.0.0.1:3002/2015-03-31/functions'
const OWN_ADDRESS = 'http://127.0.0.1:3003'
const READY_WITHIN_MS = 60_000
/** Content that is no text. */
const BYTES = Uint8Array.from({ length: 4096 }, (_, index) => index % 256)

const broken: string[] = []
function claim(holds: boolean, line: string): void {
  if (!holds) broken.push(line)
  process.stdout.write(`${holds ? '✓' : '✗'} ${line}\n`)
}

/** A command that runs until it is stopped, once it has said that it is ready. */
async function started(
  args: readonly string[],
  ready: RegExp,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ match: string; stop(): Promise<void> }> {
  // No word to anybody's servers, and no question to the terminal.
  const env = { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', ...variables }
  const child: ChildProcess = spawn(process.execPath, args, { cwd: HERE, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let said = ''
  const listen = (chunk: Buffer) => {
    said += chunk
  }
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  const stop = async () => {
    child.kill('SIGTERM')
    const gone = await Promise.race([ended, sleep(5000)])
    if (gone === undefined) child.kill('SIGKILL')
  }
  for (const until = performance.now() + READY_WITHIN_MS; performance.now() < until; await sleep(100)) {
    const [match] = ready.exec(said) ?? []
    if (match !== undefined) return { match, stop }
    if (child.exitCode !== null) break
  }
  await stop()
  throw new Error(`${args.join(' ')} is not ready:\n${said}`)
}

async function check(url: string): Promise<void> {
  const get = (path: string, init?: RequestInit) => fetch(`${url}/svc/${path}`, init)
  const image = await get('thumbnails/image/42?w=80')
  const told = (await image.json()) as { id: string; width: string; host: string; trace: string }
  claim(image.status === 200 && told.id === '42' && told.width === '80', `path and query: ${JSON.stringify(told)}`)
  claim(told.host === 'thumbnails' && /^00-[0-9a-f]{32}-/.test(told.trace), 'it sees the name as its host, and a trace')

  const pixel = await get('thumbnails/pixel.gif')
  const gif = Buffer.from(await pixel.arrayBuffer())
  claim(gif.toString('latin1').startsWith('GIF89a') && gif.length === 42, `bytes down: ${gif.length} of an image/gif`)

  const echo = await get('thumbnails/echo', { method: 'POST', body: BYTES })
  claim(echo.status === 201 && Buffer.from(await echo.arrayBuffer()).equals(BYTES), 'bytes up and down, and a 201')

  const cookies = await get('thumbnails/cookies', { headers: { cookie: 'x=1; y=2' } })
  claim(
    cookies.headers.getSetCookie().length === 2,
    `two cookies down: ${cookies.headers.getSetCookie().join(' and ')}`,
  )
  claim((await cookies.text()) === 'x=1; y=2', 'and two up')

  claim((await get('thumbnails/missing')).status === 404, 'a 404 of the function is its own')
  const failed = await get('broken/')
  claim(
    failed.status === 502 && failed.headers.get('selvedge-error') === 'function_failed',
    `a function that throws: ${failed.status} ${failed.headers.get('selvedge-error')}`,
  )
  const nobody = await get('nobody/')
  claim(nobody.headers.get('selvedge-error') === 'backend_not_found', 'a function that is not there: backend_not_found')
}

/** The functions of members.js: one calls by name, the other looks at its own record. */
async function checkMembers(url: string): Promise<void> {
  const image = await fetch(`${url}/svc/gallery/image/42`, { headers: { 'selvedge-timeout-ms': '8000' } })
  const { id, host } = (await image.json()) as Record<string, string>
  claim(
    image.status === 200 && id === '42' && host === 'thumbnails',
    `a Lambda calls http://thumbnails: ${id} of ${host}`,
  )
  const late = await fetch(`${url}/svc/gallery/image/42`, { headers: { 'selvedge-timeout-ms': '1' } })
  claim(late.status === 504, `its caller's deadline counts: ${late.status} ${late.headers.get('selvedge-error')}`)

  const owner = await fetch(`${url}/svc/gallery/owner`)
  const { askedBy } = (await owner.json()) as { askedBy: string }
  claim(askedBy === 'gallery', `it signs for itself: users let ${askedBy} in, and not whom it calls for`)

  const outside = await fetch(`${url}/svc/users/`)
  claim(outside.status === 401, `the mesh refuses whom the record refuses: ${outside.headers.get('selvedge-error')}`)
  for (const headers of [{}, { 'selvedge-caller': 'checkout' }]) {
    const past = await fetch(`${OWN_ADDRESS}/`, { headers })
    const said = past.headers.get('selvedge-error')
    claim(
      past.status === 401,
      `so does the function, at its own address, past the mesh: ${said} for ${JSON.stringify(headers)}`,
    )
  }
  for (const [caller, status] of [
    ['checkout', 200],
    ['reports', 403],
  ] as const) {
    const told = await invoked('users', caller)
    claim(told.statusCode === status, `called by the mesh on behalf of ${caller}: ${told.statusCode} ${told.body}`)
  }
}

/** What a function answers to the event of a mesh that calls for this caller. serverless-offline looks at no signature. */
async function invoked(name: string, caller: string): Promise<{ statusCode: number; body: string }> {
  const event = {
    version: '2.0',
    rawPath: '/',
    rawQueryString: '',
    headers: { host: name, 'selvedge-caller': caller },
    requestContext: { apiId: 'selvedge', domainName: name, stage: '$default', http: { method: 'GET', path: '/' } },
    isBase64Encoded: false,
  }
  const answer = await fetch(`${LAMBDA}/shop-dev-${name}/invocations`, { method: 'POST', body: JSON.stringify(event) })
  return (await answer.json()) as { statusCode: number; body: string }
}

for (const part of ['dist', 'package.json']) cpSync(`${ROOT}${part}`, `${PACKAGE}${part}`, { recursive: true })
const args = ['dev', '--registry', 'registry.yaml', '--worker', 'mesh.js', '--env-file', 'mesh.env', '--port', '0']
const mesh = await started([CLI, ...args], /^ready \S+$/m)
try {
  const url = mesh.match.replace('ready ', '')
  const offline = await started(
    ['node_modules/serverless/bin/serverless.js', 'offline', 'start'],
    /listening on http:\S+/,
    // Functions are told where the mesh is, as they would be where they are deployed.
    { MESH_URL: url },
  )
  try {
    await check(url)
    await checkMembers(url)
  } finally {
    await offline.stop()
  }
} finally {
  await mesh.stop()
}
process.stdout.write(broken.length === 0 ? 'All of it held.\n' : `${broken.length} did not hold.\n`)
process.exitCode = broken.length === 0 ? 0 : 1
