/** Ports on this machine's loopback. */
import { createServer } from 'node:net'
import { Fault } from '../../manifest/yaml/fault.ts'

export const HOST = '127.0.0.1'

/**
 * workerd says of a port that is taken only that a socket failed.
 *
 * @throws Fault that says why nobody can listen there.
 */
export async function assertFree(port: number): Promise<void> {
  const code = await whyNot(port)
  if (code === undefined) return
  const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`
  throw new Fault(`Port ${port} ${why} on ${HOST}: choose another with --port.`)
}

/** Could somebody listen there? */
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
