/** `npm run sagas [COUNT] [SEED]`: random sagas under crashes, lost answers and late requests; none may be half done. */
import { exploredSagas } from '../test/support/random-sagas.ts'

const [count = '10000', seed = '1'] = process.argv.slice(2)
const startedAt = performance.now()
const cpuAt = process.cpuUsage()
const { sagas, crashes, outcomes } = await exploredSagas({ sagas: Number(count), each: 5, seed: Number(seed) })
const { user, system } = process.cpuUsage(cpuAt)
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
const ended = Object.entries(outcomes).map(([outcome, times]) => `${times} ${outcome}`)
console.log(`${sagas} sagas, ${crashes} crashes: ${ended.join(', ')}; no violation.`)
console.log(`${seconds(performance.now() - startedAt)}, ${seconds((user + system) / 1000)} of CPU, seed ${seed}`)
