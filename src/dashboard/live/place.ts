/** The page that is open, as the address says. */
import { signal } from '@preact/signals'
import { hashOf, type Route, routeOf } from '../model/route.ts'

export const place = signal<Route>(routeOf(location.hash))

/** Follows the address from now on. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    place.value = routeOf(location.hash)
  })
}

export function go(route: Route): void {
  location.hash = hashOf(route)
}
