/** The heap that a mesh holds for the services it knows, in workerd, by the word of its garbage collector. */
import { bundle } from './bundle.ts'
import { workerdConfig } from './config.ts'
import { startWorkerd } from './workerd.ts'

/** Every collection is a whole one, and says what it left. */
const flags = ['--gc-global', '--trace-gc', '--trace-gc-nvp']

/** Calls that fill the young generation a few times over, so that the last word is of the state that is asked for. */
const calls = 3_000

/** MiB held for so many services of 3 endpoints, each called once. */
export async function heapOf(services: number): Promise<number> {
  let traced = ''
  const config = workerdConfig({ heap: { code: 'heap.js' } }, 'heap', flags)
  const workerd = await startWorkerd(config, { 'heap.js': await bundle('heap') }, (text) => {
    traced += text
  })
  const call = async (from: number, to: number) => {
    await (await fetch(`${workerd.url}/?from=${from}&to=${to}&most=${services}`)).text()
  }
  const held = async () => {
    for (let made = 0; made < calls; made += 100) await call(0, 100)
    const sizes = [...traced.matchAll(/"end_object_size":(\d+)/g)]
    return Number(sizes.at(-1)?.[1])
  }
  try {
    const before = await held()
    for (let from = 0; from < services; from += 1_000) await call(from, from + 1_000)
    return ((await held()) - before) / 1_048_576
  } finally {
    await workerd.stop()
  }
}
