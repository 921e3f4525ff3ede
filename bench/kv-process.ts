/** KV namespaces, each a process of its own, reached over a socket as workerd reaches any KV. */
import { bundles } from './bundle.ts'
import { type External, workerdConfig } from './config.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

/** KV services to add to a configuration, by name. */
export type KvServices = Readonly<Record<string, External>>

/** Runs KV services while `work` does. */
export async function withKv<Result>(
  names: readonly string[],
  work: (services: KvServices) => Promise<Result>,
): Promise<Result> {
  const modules = await bundles(['kv'])
  const config = workerdConfig({ kv: { code: 'kv.js' } }, 'kv')
  const started: Workerd[] = []
  try {
    const services: Record<string, External> = {}
    for (const name of names) {
      const workerd = await startWorkerd(config, modules)
      started.push(workerd)
      services[name] = { address: new URL(workerd.url).host }
    }
    return await work(services)
  } finally {
    await Promise.all(started.map((workerd) => workerd.stop()))
  }
}
