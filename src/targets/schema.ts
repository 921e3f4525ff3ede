/** Endpoints, as an operator writes them and as the mesh knows them. */
import * as v from 'valibot'
import type { Endpoint, Traits } from '../core/endpoint.ts'
import { isLocality } from '../core/locality.ts'
import { address } from '../schema/address.ts'
import { between, either, formsOf, text } from '../schema/kit.ts'
import type { Placing, WrittenPlacing } from './kind.ts'
import { KINDS, type KnownTarget, kindOf, type WrittenPlace } from './kinds.ts'

const LOCALITY_FORM = 'a colo such as "AMS", a continent such as "EU" or a location hint such as "weur"'
/** The Gateway API's range for the weight of a backend. */
const MOST_WEIGHT = 1_000_000

/** An address by itself is short for `{ url }`. */
export type WrittenEndpoint = string | (WrittenPlace & WrittenPlacing)

/** One whose target says all of its kind. */
export type KnownEndpoint = Endpoint<KnownTarget>

export function endpoint() {
  const placing: Placing = {
    /** Default 1 (Gateway API). */
    weight: v.optional(between(0, MOST_WEIGHT, 'a whole number from 0 to 1,000,000', Number.isInteger)),
    locality: v.optional(text(isLocality, LOCALITY_FORM)),
  }
  const names = Object.keys(KINDS)
  const { named, all } = formsOf<WrittenEndpoint>(names, (name) => kindOf(name).form(placing))
  const fields = names.map((name) => `{ "${name}" }`)
  const short = address(`a URL, ${fields.slice(0, -1).join(', ')} or ${fields.at(-1)}`)
  return either<WrittenEndpoint>([short, ...all], (value) =>
    typeof value === 'object' && value !== null ? named(nameIn(value)) : short,
  )
}

/** What the mesh must know of a target, of whatever kind. */
export function traitsOf(target: KnownTarget): Traits {
  return kindOf(target.kind).traitsOf?.(target) ?? BESIDE
}

/** Of a Worker beside this one nothing needs saying. */
const BESIDE: Traits = {}

/** An endpoint as the mesh knows it. */
export function endpointOf(written: WrittenEndpoint): KnownEndpoint {
  const { weight = 1, locality, ...place } = typeof written === 'string' ? { url: written } : written
  const kind = kindOf(nameIn(place))
  const target = kind.targetOf(place)
  const name = kind.nameOf(target)
  // An address is known by itself.
  const id = target.kind === 'url' ? name : `${target.kind}:${name}`
  return { id, target, traits: traitsOf(target), weight, locality }
}

/** The kind of an endpoint, by the field that it has. What has none is an address that lacks its URL. */
function nameIn(written: object): string {
  return Object.keys(KINDS).find((name) => name !== 'url' && name in written) ?? 'url'
}
