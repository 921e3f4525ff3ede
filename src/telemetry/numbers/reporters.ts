/** Who counted: the mesh's Worker, the function that calls, or the one that is called. A call may be counted by each of them, so they are never added up. */

/** The one to be believed first comes first. */
export const REPORTERS = ['mesh', 'source', 'destination'] as const
export type ReporterKind = (typeof REPORTERS)[number]

/** What is told of a service, and by whom. */
export interface Reported {
  readonly service: string
  readonly reporter: ReporterKind
}

/** As numbers are kept: those of the mesh under the service's own name. No service's name has a space. */
export function reportedKey({ service, reporter }: Reported): string {
  return reporter === 'mesh' ? service : `${reporter} ${service}`
}

export function reportedOf(key: string): Reported {
  const space = key.indexOf(' ')
  const reporter = REPORTERS.find((one) => one === key.slice(0, space))
  return reporter ? { reporter, service: key.slice(space + 1) } : { reporter: 'mesh', service: key }
}

/** Of each service the numbers of one reporter: of the mesh, else of its callers, else its own. */
export function preferred<One extends Reported>(all: readonly One[], keyOf: (one: One) => string = serviceOf): One[] {
  const best = new Map<string, One>()
  for (const one of all) {
    const known = best.get(keyOf(one))
    if (!known || rankOf(one) < rankOf(known)) best.set(keyOf(one), one)
  }
  return all.filter((one) => best.get(keyOf(one)) === one)
}

function serviceOf({ service }: Reported): string {
  return service
}

function rankOf({ reporter }: Reported): number {
  return REPORTERS.indexOf(reporter)
}
