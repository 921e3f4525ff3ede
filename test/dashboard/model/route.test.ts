import { describe, expect, it } from 'vitest'
import { hashOf, type Route, routeOf } from '../../../src/dashboard/model/route.ts'

const ROUTES: readonly Route[] = [
  { page: 'services' },
  { page: 'service', name: '*.shop@pr-1' },
  { page: 'edit', name: 'users' },
  { page: 'new' },
  { page: 'resolve' },
  { page: 'resolve', name: 'users', method: 'POST', path: '/a/b?x=1&y=#2' },
  { page: 'topology' },
  { page: 'access' },
  { page: 'dead' },
  { page: 'dead', service: 'billing.shop' },
  { page: 'events' },
  { page: 'service', name: 'events/com.example.*' },
  { page: 'changes' },
]

describe('the address of a page', () => {
  it.each(ROUTES)('leads back to it: %j', (route) => {
    expect(routeOf(hashOf(route))).toEqual(route)
  })

  it.each(['', '#', '#/nonsense', '#/service', '#/service/', '#/edit/'])(
    'is that of the first page where it is %j',
    (hash) => {
      expect(routeOf(hash)).toEqual({ page: 'services' })
    },
  )

  it('may be broken', () => {
    expect(routeOf('#/service/%E0%A4%A')).toEqual({ page: 'service', name: '%E0%A4%A' })
  })
})
