import { describe, expect, it } from 'vitest'
import { templates } from '../../../src/features/route/template.ts'

describe('templates', () => {
  it.each([
    [[{ path: { type: 'Exact', value: '/a' } }], '/a', '/a'],
    [[{ path: { value: '/orders/' } }], '/orders/7', '/orders/*'],
    [[{ path: {} }], '/orders/7', '/*'],
    [[{}], '/orders/7', undefined],
    [[], '/orders/7', undefined],
    [[{ path: { value: '/a' } }, { path: { value: '/a/b' } }], '/a/b/c', '/a/b/*'],
    [[{ path: { value: '/a' } }, { path: { value: '/a/b' } }], '/a/c', '/a/*'],
    [[{ path: { type: 'RegularExpression', value: '/o/[0-9]+' } }, { path: { value: '/' } }], '/o/7', '/o/[0-9]+'],
    [[{ path: { type: 'RegularExpression', value: '/o/[0-9]+' } }, {}], '/else', undefined],
  ] as const)('finds in %j of %s the path %s', (matches, path, template) => {
    const find = templates()
    expect(find(matches, path)).toBe(template)
    expect(find(matches, path)).toBe(template)
  })
})
