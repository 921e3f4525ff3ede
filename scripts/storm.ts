/**
 * Draws the load at the leaf over time, by policy, from what the simulator wrote:
 * `npm run sim -- --scenario dead-leaf --seeds 1 --json storm.json && npx node scripts/storm.ts storm.json docs/storm.svg`.
 */
import { readFileSync, writeFileSync } from 'node:fs'

interface Report {
  readonly scenario: string
  readonly contender: string
  readonly seed: number
  /** Of the leaf, times the base load. */
  readonly load: { readonly perSecond: readonly number[] }
}

const WIDTH = 860
const HEIGHT = 420
const PLOT = { left: 56, right: 20, top: 48, bottom: 44 }
/** Times the base load: each line of the grid. The scale is logarithmic, or the naive policy would hide all others. */
const GRID = [1, 2, 5, 10, 20, 50]
const COLOURS: Readonly<Record<string, string>> = {
  selvedge: '#0b7a4b',
  'no retries': '#8a8a8a',
  '3 retries': '#b3261e',
  'Finagle 20 % + 10/s': '#c77700',
  'Envoy 20 % + 3': '#6a4fb3',
  'gRPC throttle': '#1769aa',
}

const [from = '', to = ''] = process.argv.slice(2)
const runs = JSON.parse(readFileSync(from, 'utf8')) as { report: Report }[]
const reports = runs
  .map(({ report }) => report)
  .filter(({ scenario, seed }) => scenario === 'dead-leaf' && seed === 1)
  // The mesh is drawn last, over the others.
  .sort((one, other) => Number(one.contender === 'selvedge') - Number(other.contender === 'selvedge'))
const seconds = Math.max(...reports.map(({ load }) => load.perSecond.length))

const x = (second: number) => PLOT.left + (second / seconds) * (WIDTH - PLOT.left - PLOT.right)
const y = (times: number) => {
  const share = Math.log(Math.max(times, 0.5) / 0.5) / Math.log(80 / 0.5)
  return HEIGHT - PLOT.bottom - share * (HEIGHT - PLOT.top - PLOT.bottom)
}
const text = (at: readonly [number, number], anchor: string, said: string, more = '') =>
  `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}"${more}>${said}</text>`

const grid = GRID.map(
  (times) =>
    `<path d="M${PLOT.left} ${y(times).toFixed(1)}H${WIDTH - PLOT.right}" stroke="#ddd"/>${text([PLOT.left - 8, y(times) + 4], 'end', `${times} x`)}`,
)
const ticks = Array.from({ length: Math.floor(seconds / 10) + 1 }, (_, index) =>
  text([x(index * 10), HEIGHT - PLOT.bottom + 18], 'middle', `${index * 10} s`),
)
const lines = reports.map(({ contender, load }) => {
  const points = load.perSecond.map((times, second) => `${x(second + 0.5).toFixed(1)},${y(times).toFixed(1)}`)
  const width = contender === 'selvedge' ? 3 : 1.5
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[contender]}" stroke-width="${width}"/>`
})
const legend = reports.toReversed().map(({ contender }, index) => {
  const left = PLOT.left + index * 134
  return `<rect x="${left}" y="30" width="12" height="4" fill="${COLOURS[contender]}"/>${text([left + 17, 36], 'start', contender, ' font-size="11"')}`
})

writeFileSync(
  to,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<title>Load at a dead leaf over time, by policy</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${text([PLOT.left, 18], 'start', 'Calls that reach a dead leaf, times the calls that users make: three retrying hops of 200 isolates', ' font-weight="600"')}
${[...grid, ...ticks, ...lines, ...legend].join('\n')}
</svg>
`,
)
