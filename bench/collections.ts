/** What the collector says of an isolate (`--trace-gc-nvp`): how much it has to clear away, and how much of the young survives. */

/** All collections are told, with figures. */
export const V8_FLAGS = ['--trace-gc', '--trace-gc-nvp']

export interface Collection {
  /** The isolate, as V8 numbers it in its process. */
  readonly isolate: string
  readonly isScavenge: boolean
  /** Bytes allocated since the collection before. */
  readonly allocated: number
  /** Bytes of the young that live on, among the young or among the old. */
  readonly survived: number
  /** How long the isolate stood still. */
  readonly pauseMs: number
}

/** Of all whole lines in what was printed. */
export function collectionsIn(printed: string): Collection[] {
  return [...printed.matchAll(/^\[\d+:0x[0-9a-f]+:(\d+)\].*?GC: (\{.*\})$/gm)].map(([, isolate = '', figures = '']) => {
    const told = JSON.parse(figures) as Record<string, number> & { gc: string }
    return {
      isolate,
      // Mark-sweep is "ms"; "s" is a scavenge.
      isScavenge: told.gc === 's',
      allocated: told.allocated ?? 0,
      survived: (told.promoted ?? 0) + (told.new_space_survived ?? 0),
      pauseMs: told.pause ?? 0,
    }
  })
}

export interface Garbage {
  readonly scavenges: number
  readonly fullOnes: number
  /** Between two scavenges. */
  readonly allocatedKb: number
  /** Of what was allocated, the share that survived its scavenge. */
  readonly survivingShare: number
  readonly kbACall: number
  /** Where garbage is little the share alone says little. */
  readonly survivingKbACall: number
  readonly usACall: number
}

/** @param calls made from the first of these collections to the last. */
export function garbageOf(collections: readonly Collection[], calls: number): Garbage {
  const scavenges = collections.filter(({ isScavenge }) => isScavenge)
  const allocated = sum(scavenges, 'allocated')
  return {
    scavenges: scavenges.length,
    fullOnes: collections.length - scavenges.length,
    allocatedKb: allocated / scavenges.length / 1_024,
    survivingShare: sum(scavenges, 'survived') / allocated,
    // What was allocated before the first was by calls before the first.
    kbACall: sum(collections.slice(1), 'allocated') / 1_024 / calls,
    survivingKbACall: sum(collections.slice(1), 'survived') / 1_024 / calls,
    usACall: (sum(collections.slice(1), 'pauseMs') * 1_000) / calls,
  }
}

function sum(collections: readonly Collection[], pick: 'allocated' | 'survived' | 'pauseMs'): number {
  return collections.reduce((total, collection) => total + collection[pick], 0)
}
