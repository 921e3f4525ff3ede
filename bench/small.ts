/** Small differences: what a warm call costs more by how it is made, where that is too little for the proxy part to tell. */

import { SHARE } from '../src/worker/stats.ts'
import { measureDifferences, SPREAD_US } from './differences.ts'
import { atMost, type Section } from './report.ts'
import type { WayName } from './variants/small.ts'

/** A row for each way of variants/small.ts, and what it is compared with where that is not the first. */
const rows: readonly { readonly name: WayName; readonly title: string; readonly over?: WayName }[] = [
  { name: 'plain', title: 'mesh.fetch, 1 header, waitUntil given' },
  { name: 'control', title: 'control: the same' },
  { name: 'nine', title: '9 headers' },
  { name: 'unkept', title: 'no waitUntil' },
  { name: 'three', title: '3 endpoints' },
  { name: 'trusted', title: 'mesh.for(request, ctx), trusted' },
  { name: 'stranger', title: 'mesh.for(request, ctx), a stranger, over trusted', over: 'trusted' },
  { name: 'worker', title: 'the Worker, 9 headers' },
  { name: 'counted', title: 'the same, numbers counted, over not', over: 'worker' },
  { name: 'recorded', title: 'the same, shapes recorded too, over numbers alone', over: 'counted' },
  { name: 'shape', title: 'the same, a shape of every request, over not', over: 'worker' },
  { name: 'keyed', title: 'the Worker with keys, 9 headers, no token, over without keys', over: 'worker' },
  { name: 'verified', title: 'the same, a token that was met before, over no token', over: 'keyed' },
  { name: 'verifiedCold', title: 'the same, and one that was not, over met before', over: 'verified' },
  { name: 'unsigned', title: 'mesh.fetch to an address' },
  { name: 'minted', title: 'the same, signed, by this minute’s token, over not', over: 'unsigned' },
  { name: 'mintedCold', title: 'the same, and a new one minted, over this minute’s', over: 'minted' },
  { name: 'delivered', title: 'a message delivered, of batches of ten, over mesh.fetch' },
]

/** What counting may add to a request: numbers of its service, caller, rule and endpoints, and the look whether a digest is due. */
const COUNTING_US = 0.5
/** What a delivery may cost more than a call. */
const DELIVERY_US = 25
/** What a token may add: warm, once a request; cold, once a minute and pair. */
const VERIFIED_US = 1.2
const VERIFIED_COLD_US = 150
const MINTED_US = 1.5
const MINTED_COLD_US = 60
/** What recording may add to a request, on average. */
const RECORDING_US = 0.3

export async function measureSmall(say: (line: string) => void): Promise<Section> {
  const names = rows.map(({ name }) => name)
  const over = Object.fromEntries(rows.flatMap((row) => (row.over ? [[row.name, row.over]] : [])))
  const { of, isQuiet } = await measureDifferences<WayName>('small', names, over, say)
  return {
    title: 'Small differences: µs CPU a warm call in workerd, over a binding that answers at once',
    table: [
      ['', 'µs', 'added', 'x'],
      ...rows.map(({ name, title }) => [
        title,
        of(name).us.toFixed(2),
        of(name).addedUs.toFixed(2),
        of(name).ratio.toFixed(3),
      ]),
    ],
    checks: [
      atMost('µs that counting adds', of('counted').addedUs, COUNTING_US, isQuiet),
      atMost('µs that recording shapes adds', of('recorded').addedUs, RECORDING_US, isQuiet),
      atMost('µs that a token adds that was met before', of('verified').addedUs, VERIFIED_US, isQuiet),
      atMost('µs that a token costs once', of('verifiedCold').addedUs, VERIFIED_COLD_US, isQuiet),
      atMost('µs that signing adds', of('minted').addedUs, MINTED_US, isQuiet),
      atMost('µs that a minute’s token costs once', of('mintedCold').addedUs, MINTED_COLD_US, isQuiet),
      atMost('µs that a delivery costs over a call', of('delivered').addedUs, DELIVERY_US, isQuiet),
      // What an isolate pays that has so little to do that no shape is beyond its room.
      atMost('µs that a share of shapes adds', SHARE * of('shape').addedUs, RECORDING_US, isQuiet),
      atMost('µs that the control strays', Math.abs(of('control').addedUs), SPREAD_US, isQuiet),
    ],
  }
}
