/** A client that says on the wire what a test wants said, and no more: half a body, a broken chunk, a byte now and then. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RawClient {
  /** What has come so far. */
  readonly received: string
  /** The status of what has come; `undefined` where nothing has. */
  readonly status: number | undefined
  send(text: string): void
  /** Says that it will send no more (FIN). */
  end(): void
  /** Dies (RST). */
  reset(): void
  /** The answer's status, when its first line is there. */
  answered(withinMs?: number): Promise<number | undefined>
}

export async function rawClient(url: string, text: string): Promise<RawClient> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  const client: RawClient = {
    get received() {
      return received
    },
    get status() {
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(received) ?? []
      return status === undefined ? undefined : Number(status)
    },
    send: (text) => void socket.write(text),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    async answered(withinMs = 5_000) {
      for (const until = Date.now() + withinMs; Date.now() < until && client.status === undefined; ) await sleep(10)
      return client.status
    },
  }
  return client
}
