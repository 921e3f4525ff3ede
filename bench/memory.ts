/** The memory of a process that passes 10 MB answers on to a client outside, which throws them away. */
import { get } from 'node:http'
import { type Services, workerdConfig } from './config.ts'
import { WrongAnswer } from './driven.ts'
import { shapes } from './variants/shapes.ts'
import { startWorkerd } from './workerd.ts'

/** In words, of the passthrough and of the candidate. */
export async function peaks(all: Services, modules: Readonly<Record<string, string>>): Promise<string> {
  const memory: string[] = []
  for (const name of ['passthrough', 'candidate']) {
    const workerd = await startWorkerd(workerdConfig(all, name), modules)
    try {
      for (let call = 0; call < 50; call++) await drain(workerd.url + shapes.large.path)
      memory.push(`${name} ${Math.round(workerd.peakRssMiB())}`)
    } finally {
      await workerd.stop()
    }
  }
  return memory.join(', ')
}

/** Says the name by Host, which `fetch` does not let one set. */
function drain(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { host: 'users' } }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Uint8Array) => {
        bytes += chunk.length
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200 && bytes === shapes.large.responseBytes) resolve()
        else reject(new WrongAnswer(`${response.statusCode} and ${bytes} bytes`))
      })
    })
    request.on('error', reject)
  })
}
