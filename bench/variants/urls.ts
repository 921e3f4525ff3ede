/** Where the baselines send what is called by URL: the address stands in their code. */

/** `http://users/42` as one of the service's own addresses. */
export function urlOf(called: string): string {
  return `http://users-0.example.com${called.slice(called.indexOf('/', 8))}`
}
