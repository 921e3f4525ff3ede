/** Where things are reached in a simulation. */

/** Of the isolates of a tier: the platform chooses one. */
export function addressOf(tier: string): string {
  return `http://${tier}.tier/`
}

/** Of one endpoint of a backend. */
export function endpointAddress(backend: string, index: number): string {
  return `http://${backend}-${index}.backend/`
}

/** Where the path of an address begins, at its first slash. */
export function pathStart(address: string): number {
  return address.indexOf('/', 'http://'.length)
}
