/** Which endpoints are near a caller: of its colo, of its continent, and the rest. */
import { continentOf, type Place } from '../../core/locality.ts'
import type { Random } from '../../core/time/random.ts'
import { weightedIndex } from '../../math/weighted.ts'

/** An endpoint that may say where it is. */
interface Located {
  readonly endpoint: { readonly locality: string | undefined }
}

/** The endpoints of one service, sorted by how near they are. */
export interface Localities<Of> {
  /** Those of the nearest level, out of the usable ones; further away while too few of the near ones are usable. */
  near(usable: readonly Of[], place: Place | undefined): readonly Of[]
  /** Those of the nearest level that has any: where the others are well, but have been tried. */
  nearest(usable: readonly Of[], place: Place | undefined): readonly Of[]
}

/** The nearest first. Levels without endpoints are left out. */
type Levels<Of> = readonly (readonly Of[])[]

/** A level takes all while at least 1/1.4 of it, 71 %, is usable (Envoy's overprovisioning factor of priority levels). */
const OVERPROVISIONING = 1.4
/** Places whose levels are kept: an isolate is of one colo, and there are seven continents. */
const MAX_PLACES = 64

/** `undefined` where no endpoint says where it is. */
export function localities<Of extends Located>(all: readonly Of[], random: Random): Localities<Of> | undefined {
  if (all.every(({ endpoint }) => endpoint.locality === undefined)) return undefined
  const known = new Map<string, Levels<Of>>()

  function levelsFor(place: Place): Levels<Of> {
    const name = `${place.colo} ${place.continent}`
    let levels = known.get(name)
    if (!levels) {
      levels = levelsOf(all, place)
      if (known.size === MAX_PLACES) known.clear()
      known.set(name, levels)
    }
    return levels
  }

  return {
    near(usable, place) {
      // Nobody knows who is near to someone who is nowhere.
      if (!place) return usable
      const levels = levelsFor(place)
      if (levels.length === 1) return usable
      if (usable === all) return levels[0] as readonly Of[]
      const parts = partsOf(levels, usable)
      return parts[levelIndex(levels, parts, random)] as readonly Of[]
    },
    nearest: (usable, place) => (place && partsOf(levelsFor(place), usable).find(({ length }) => length > 0)) ?? usable,
  }
}

/** What is usable of each level. */
function partsOf<Of>(levels: Levels<Of>, usable: readonly Of[]): Levels<Of> {
  const open = new Set(usable)
  return levels.map((level) => level.filter((one) => open.has(one)))
}

function levelsOf<Of extends Located>(all: readonly Of[], place: Place): Levels<Of> {
  const [colo, continent, rest]: [Of[], Of[], Of[]] = [[], [], []]
  for (const one of all) {
    const { locality } = one.endpoint
    if (locality === undefined) rest.push(one)
    else if (locality === place.colo) colo.push(one)
    else if (place.continent !== undefined && continentOf(locality) === place.continent) continent.push(one)
    else rest.push(one)
  }
  return [colo, continent, rest].filter(({ length }) => length > 0)
}

/**
 * Envoy's priority levels: each takes what its health allows of what the nearer ones have left. Where even all
 * together do not make up for what is missing, they share in proportion.
 */
function levelIndex(levels: Levels<unknown>, parts: Levels<unknown>, random: Random): number {
  let left = 1
  const loads = parts.map((part, index) => {
    const health = Math.min(1, (OVERPROVISIONING * part.length) / (levels[index] as readonly unknown[]).length)
    const load = Math.min(health, left)
    left -= load
    return load
  })
  return loads[0] === 1 ? 0 : weightedIndex(loads, 1 - left, random.next())
}
