/** `npm run check`: starts serverless-offline and the mesh, calls the function by name, and says what held. Exit 0 or 1. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const READY_WITHIN_MS = 60_000
/** Content that is no text. */
const BYTES = Uint8Array.from({ length: 4096 }, (_, index) => index % 256)

const broken: string[] = []
function claim(holds: boolean, line: string): void {
  if (!holds) broken.push(line)
  process.stdout.write(`${holds ? '✓' : '✗'} ${line}\n`)
}

/** A command that runs until it is stopped, once it has said that it is ready. */
async function started(args: readonly string[], ready: RegExp): Promise<{ match: string; stop(): Promise<void> }> {
  // No word to anybody's servers, and no question to the terminal.
  const env = { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' }
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

const offline = await started(
  ['node_modules/serverless/bin/serverless.js', 'offline', 'start'],
  /listening on http:\S+/,
)
try {
  const args = ['dev', '--registry', 'registry.yaml', '--env-file', 'mesh.env', '--port', '0']
  const mesh = await started([CLI, ...args], /^ready \S+$/m)
  try {
    await check(mesh.match.replace('ready ', ''))
  } finally {
    await mesh.stop()
  }
} finally {
  await offline.stop()
}
process.stdout.write(broken.length === 0 ? 'All of it held.\n' : `${broken.length} did not hold.\n`)
process.exitCode = broken.length === 0 ? 0 : 1
