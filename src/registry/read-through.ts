/** A registry in KV, and the registry's object behind it, which knows what KV does not show yet. */
import { lru } from '../core/lru.ts'
import { revisionNumber } from '../core/text/revision.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import { nameOf } from './keys.ts'
import type { Entry, Registry } from './registry.ts'

/** The Durable Object `RegistryObject` of the control plane, as far as it is read. */
export interface RegistryReader {
  read(
    services: readonly string[],
    atLeast: number,
  ): Promise<{
    /** The newest revision of the mesh. */
    readonly revision: number
    readonly entries: readonly { readonly name: string; readonly text: string | null; readonly revision: number }[]
  }>
}

/** The binding of the object. */
export interface RegistryObjects {
  getByName(name: string): RegistryReader
}

/** What stood under a key: as the object said, or as KV showed since. */
interface Said {
  readonly text: string | null
  readonly revision: number
  /** The revision of the mesh by which it was so. */
  readonly asOf: number
  readonly at: number
}

/** There is one. */
const OBJECT_NAME = 'registry'
/** For so long KV may show what is older, in milliseconds: as `durable/keys.ts` has it, which waits as long before it calls a value foreign. */
const LAG_MS = 180_000
/** Keys of which is remembered what stood there: only those that the object was asked for. */
const MAX_KEYS = 2000

/**
 * Reads the object for callers that demand a minimum revision, and for nobody else. What it said is never followed by anything
 * older: KV shows it only when it is as new.
 *
 * @param registry what all others read: `kvRegistry(env.REGISTRY)`.
 * @param objects the binding of the object, whose class is the control plane's.
 * @example
 * const mesh = createMesh({ registry: readThrough(kvRegistry(env.REGISTRY), env.REGISTRY_OBJECT), env })
 */
export function readThrough(registry: Registry, objects: RegistryObjects, clock: Clock = systemClock): Registry {
  const known = lru<string, Said>(MAX_KEYS)
  const isYoung = ({ at }: Said) => clock.now() - at < LAG_MS
  const isKnown = (key: string, atLeast: number) => {
    const said = known.get(key)
    return said !== undefined && said.asOf >= atLeast && isYoung(said)
  }

  /** Of what KV shows and what is known to have stood there, the newer. */
  function newer(key: string, shown: Entry | undefined): Entry | undefined {
    const said = known.get(key)
    if (!said) return shown
    const revision = revisionNumber(shown?.revision)
    // Without a stamp an edit by hand, or a deletion, looks like an old state: only time tells them apart.
    if (revision === undefined ? isYoung(said) : revision < said.revision) return entryOf(said)
    if (shown && revision !== undefined && revision > said.revision) {
      // What KV has shown once, it may lag behind again.
      known.set(key, { text: shown.text, revision, asOf: revision, at: clock.now() })
    }
    return shown
  }

  return {
    ...registry,
    async read(keys) {
      const entries = await registry.read(keys)
      return known.size === 0 ? entries : keys.map((key, index) => newer(key, entries[index]))
    },
    async newest(keys, atLeast) {
      if (!keys.every((key) => isKnown(key, atLeast))) {
        // A stub belongs to the request that makes it.
        const { revision: asOf, entries } = await objects.getByName(OBJECT_NAME).read(keys.map(nameOf), atLeast)
        keys.forEach((key, index) => {
          const { text, revision } = entries[index] ?? { text: null, revision: 0 }
          // Of two answers the one that left later may come first.
          if ((known.get(key)?.asOf ?? -1) < asOf) known.set(key, { text, revision, asOf, at: clock.now() })
        })
      }
      const all = keys.flatMap((key) => known.get(key) ?? [])
      return { entries: all.map(entryOf), asOf: Math.min(...all.map(({ asOf }) => asOf)) }
    },
  }
}

function entryOf({ text, revision }: Said): Entry | undefined {
  return text === null ? undefined : { text, revision: String(revision) }
}
