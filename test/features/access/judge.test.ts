/** Who may do what: the rules of a record as a table, and the ways around them that are none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Access, accessPolicy } from '../../../src/features/access/policy.ts'
import { asked } from '../../../src/features/route/asked.ts'
import { access } from '../../../src/trust.ts'

function judged(written: Access, caller: string | undefined, path = '/', method = 'GET') {
  const policy = accessPolicy(written)
  const judge = policy && access.judge(policy)
  if (!judge) throw new Error('Nothing is said of who may call.')
  return judge.judge(caller, asked(new Request('http://users/', { method }), path, 'users'))
}

const POLICY: Access = {
  default: 'deny',
  rules: [
    { name: 'readers', effect: 'allow', callers: ['checkout', '*.shop'], methods: ['GET', 'HEAD'], paths: ['/v1/'] },
    { name: 'health', effect: 'allow', paths: [{ type: 'Exact', value: '/healthz' }] },
    { name: 'no admin', effect: 'deny', paths: ['/v1/admin'] },
    { name: 'named', effect: 'allow', callers: ['*'], paths: ['/named'] },
  ],
}

describe('accessJudge', () => {
  it.each<[string | undefined, string, string, 'allow' | 'deny', string | undefined]>([
    ['checkout', 'GET', '/v1/42', 'allow', 'readers'],
    ['checkout', 'GET', '/v1', 'allow', 'readers'],
    ['checkout', 'GET', '/v10', 'deny', undefined],
    ['checkout', 'POST', '/v1/42', 'deny', undefined],
    ['checkout', 'GET', '/v1/admin/keys', 'deny', 'no admin'],
    ['cart.shop', 'HEAD', '/v1/42', 'allow', 'readers'],
    ['a.cart.shop', 'GET', '/v1/42', 'allow', 'readers'],
    ['shop', 'GET', '/v1/42', 'deny', undefined],
    ['workshop', 'GET', '/v1/42', 'deny', undefined],
    ['thumb', 'GET', '/v1/42', 'deny', undefined],
    [undefined, 'GET', '/v1/42', 'deny', undefined],
    [undefined, 'GET', '/healthz', 'allow', 'health'],
    [undefined, 'GET', '/healthz/', 'deny', undefined],
    ['thumb', 'DELETE', '/named', 'allow', 'named'],
    [undefined, 'GET', '/named', 'deny', undefined],
  ])('%s may %s %s: %s by %s', (caller, method, path, effect, rule) => {
    expect(judged(POLICY, caller, path, method)).toMatchObject({ effect, rule })
  })

  it.each([
    [undefined, '/v1/42', true],
    [undefined, '/named', true],
    [undefined, '/other', false],
    [undefined, '/v1/admin', false],
    ['thumb', '/v1/42', false],
  ])('a name would help %s at %s: %s', (caller, path, wantsName) => {
    expect(judged(POLICY, caller, path).wantsName).toBe(wantsName)
  })

  it('asks nothing where nobody says who may call', () => {
    expect(accessPolicy()).toBeUndefined()
    expect(access.judge({ default: 'allow', mode: 'audit', rules: undefined })).toBeUndefined()
  })

  it('does not deny because there is a rule that allows', () => {
    const { effect } = judged({ rules: [{ name: 'one', effect: 'allow', callers: ['checkout'] }] }, 'thumb')
    expect(effect).toBe('allow')
  })

  // How others would read the path is the path, too: research on bypasses by spelling (docs/trust.md).
  it.each([
    '/v1//admin',
    '/v1/%61dmin',
    '/v1/admin;x=1/',
    '/v1/%2e%2e/v1/admin',
    '/v1/x/..%2fadmin',
    '/v1/x%2f..%2fadmin',
    '/v1%2fadmin',
    '//v1/admin',
    '/v1;a=b/admin',
    '/v1/%252e%252e/admin',
    '/v1/%61%64min',
    '/v1/admin%2f',
    '/v1/.%2fadmin',
    '/v1/x%5c..%5cadmin',
    '/v1/admin%00.png',
    '/v1/admin%00/../x',
  ])('is not passed by with %s', (path) => {
    expect(judged(POLICY, 'checkout', path).effect).toBe('deny')
  })

  it.each(['/v1/a%2fb', '/v1/caf%C3%A9', '/v1/a;b=c', '/v1/ADMIN'])('lets %s pass', (path) => {
    expect(judged(POLICY, 'checkout', path).effect).toBe('allow')
  })

  it('says the same whatever the order of the rules', () => {
    const rules = fc.shuffledSubarray([...(POLICY.rules ?? [])], { minLength: 4 })
    const caller = fc.constantFrom('checkout', 'cart.shop', 'thumb', undefined)
    const path = fc.constantFrom('/v1/42', '/v1/admin', '/healthz', '/named', '/v1//admin', '/')
    fc.assert(
      fc.property(rules, caller, path, (rules, caller, path) => {
        expect(judged({ ...POLICY, rules }, caller, path)).toEqual(judged(POLICY, caller, path))
      }),
    )
  })

  it('lets no spelling of a denied path pass that a URL parser or a lenient decoder maps to it', () => {
    const isEscaped = fc.array(fc.boolean(), { minLength: 9, maxLength: 9 })
    const spelled = isEscaped.map((escaped) => {
      const spell = (character: string, index: number) =>
        escaped[index] && index > 0 ? `%${character.charCodeAt(0).toString(16)}` : character
      return Array.from('/v1/admin', spell).join('')
    })
    const noise = fc.constantFrom('', '/', ';p=1', '//', '/./', '/x/../')
    fc.assert(
      fc.property(spelled, noise, (path, end) => {
        expect(judged(POLICY, 'checkout', path + end).effect).toBe('deny')
      }),
    )
  })
})
