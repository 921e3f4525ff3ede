/** Where things are reached in a simulation. */

/** Of the isolates of a tier: the platform chooses one. */
export function addressOf(tier: string): string {
  return `http://${tier}.tier/`
}

/** Of one endpoint of a backend. */
export function endpointAddress(backend: string, index: number): string {
  return `http://${backend}-${index}.backend/`
}
