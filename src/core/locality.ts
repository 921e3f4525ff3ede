/** Where on earth things are, as exactly as the platform says it: a colo, a continent, a region that hints at one. */

/** Where a caller is. */
export interface Place {
  /** The Cloudflare location that took the request, by its IATA code: `AMS`. */
  readonly colo: string | undefined
  /** `EU` */
  readonly continent: string | undefined
}

const COLO = /^[A-Z]{3}$/
/** As `request.cf.continent` says them. */
const CONTINENTS = /^(?:AF|AN|AS|EU|NA|OC|SA)$/

/** Location hints of Durable Objects, and the continent that `request.cf` says of callers there. */
const CONTINENT_OF_HINT = new Map([
  ['wnam', 'NA'],
  ['enam', 'NA'],
  ['sam', 'SA'],
  ['weur', 'EU'],
  ['eeur', 'EU'],
  ['apac', 'AS'],
  ['apac-ne', 'AS'],
  ['apac-se', 'AS'],
  ['oc', 'OC'],
  ['afr', 'AF'],
  ['me', 'AS'],
])

/** Is this a place for an endpoint: a colo, a continent or a location hint? */
export function isLocality(text: string): boolean {
  return COLO.test(text) || continentOf(text) !== undefined
}

/** The continent of a continent or of a location hint. A colo does not say on which it is. */
export function continentOf(locality: string): string | undefined {
  return CONTINENTS.test(locality) ? locality : CONTINENT_OF_HINT.get(locality)
}
