/** Checks ports on loopback. */
import { createServer } from 'node:net'
import { Fault } from '../../manifest/yaml/fault.ts'

export const HOST = '127.0.0.1'

/**
 * Checked before workerd starts, which reports a taken port only as a failed socket.
 *
 * @throws Fault with the reason why the port cannot be used.
 */
export async function assertFree(port: number): Promise<void> {
  const code = await whyNot(port)
  if (code === undefined) return
  const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`
  throw new Fault(`Port ${port} ${why} on ${HOST}: choose another with --port.`)
}

/** Can this port be listened on? */
export async function isFree(port: number): Promise<boolean> {
  return (await whyNot(port)) === undefined
}

function whyNot(port: number): Promise<string | undefined> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    probe.listen(port, HOST, () => probe.close(() => resolve(undefined)))
  })
}
