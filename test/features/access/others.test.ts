/** Istio's and Kuma's decision tables, transcribed: the same policy, written as `access`, decides alike. Each difference has a case of its own. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Access, type AccessRule, accessPolicy } from '../../../src/features/access/policy.ts'
import { asked } from '../../../src/features/route/asked.ts'
import { parsePolicy } from '../../../src/record/parse.ts'
import { access } from '../../../src/trust.ts'

type Effect = 'allow' | 'deny'

interface Call {
  readonly caller: string | undefined
  readonly method: string
  readonly path: string
}

function ours(written: Access, { caller, method, path }: Call): Effect {
  const policy = accessPolicy(written)
  const judge = policy && access.judge(policy)
  if (!judge) return 'allow'
  return judge.judge(caller, asked(new Request('http://users/', { method }), path, 'users')).effect
}

const call = fc.record({
  caller: fc.constantFrom(undefined, 'checkout', 'cart.shop', 'thumb'),
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom('/v1', '/v1/42', '/v1/admin', '/healthz'),
})
const GET: Call = { caller: 'checkout', method: 'GET', path: '/v1/42' }

describe('Istio', () => {
  /** As much of an AuthorizationPolicy as `access` can say. What is left out matches everything. */
  interface Policy {
    readonly action: 'ALLOW' | 'DENY'
    readonly principals?: readonly string[] | undefined
    readonly methods?: readonly string[] | undefined
    readonly paths?: readonly string[] | undefined
  }

  /** https://istio.io/latest/docs/reference/config/security/authorization-policy/, the four lines without CUSTOM. */
  function istio(policies: readonly Policy[], call: Call): Effect {
    const matching = policies.filter((policy) => matches(policy, call))
    if (matching.some(({ action }) => action === 'DENY')) return 'deny'
    if (!policies.some(({ action }) => action === 'ALLOW')) return 'allow'
    return matching.some(({ action }) => action === 'ALLOW') ? 'allow' : 'deny'
  }

  /** Exact; `abc*` a prefix; `*` whatever is there, and not nothing. */
  function matches({ principals, methods, paths }: Policy, { caller, method, path }: Call): boolean {
    const isOne = (said: readonly string[] | undefined, value: string | undefined) =>
      !said ||
      (value !== undefined &&
        said.some((one) => (one.endsWith('*') ? value.startsWith(one.slice(0, -1)) : one === value)))
    return isOne(principals, caller) && isOne(methods, method) && isOne(paths, path)
  }

  /** The default, which Istio infers, is written. */
  function written(policies: readonly Policy[]): Access {
    const rules = policies.map(
      ({ action, principals, methods, paths }, index): AccessRule => ({
        name: `${index}`,
        effect: action === 'DENY' ? 'deny' : 'allow',
        callers: principals,
        methods,
        paths: paths?.map((path) =>
          path.endsWith('*')
            ? { type: 'RegularExpression', value: `${path.slice(0, -1)}.*` }
            : { type: 'Exact', value: path },
        ),
      }),
    )
    const isInferred = policies.some(({ action }) => action === 'ALLOW')
    return { default: isInferred ? 'deny' : 'allow', ...(rules.length > 0 && { rules }) }
  }

  const policy: fc.Arbitrary<Policy> = fc.record({
    action: fc.constantFrom('ALLOW', 'DENY'),
    principals: fc.constantFrom(undefined, ['checkout'], ['checkout', 'cart.shop'], ['*']),
    methods: fc.constantFrom(undefined, ['GET']),
    paths: fc.constantFrom(undefined, ['/v1/admin'], ['/v1*'], ['/healthz', '/v1/42']),
  })

  it('decides as we do, where its default is written', () => {
    fc.assert(
      fc.property(fc.array(policy, { maxLength: 5 }), call, (policies, call) => {
        expect(ours(written(policies), call)).toBe(istio(policies, call))
      }),
      { numRuns: 1000 },
    )
  })

  const allowThumb: Policy = { action: 'ALLOW', principals: ['thumb'] }
  const denyAdmin: Policy = { action: 'DENY', paths: ['/v1/admin'] }

  it('difference: one ALLOW turns the default over, here a rule never does', () => {
    expect(istio([], GET)).toBe('allow')
    expect(istio([allowThumb], GET)).toBe('deny')
    const { rules } = written([allowThumb])
    expect(ours({ rules }, GET)).toBe('allow')
  })

  it.each(['//v1/admin', '/v1//admin', '/v1/%61dmin', '/v1/admin;a=b'])(
    'difference: a DENY of a path is passed by with %s (its own normalising is an option of the mesh), here it is not',
    (path) => {
      expect(istio([denyAdmin], { ...GET, path })).toBe('allow')
      expect(ours(written([denyAdmin]), { ...GET, path })).toBe('deny')
    },
  )

  it('difference: an ALLOW without rules lets nobody in, here an empty list is refused and the default says so', () => {
    expect(() => parsePolicy(JSON.stringify({ access: { rules: [] } }))).toThrow(/rules/)
    expect(ours({ default: 'deny' }, GET)).toBe('deny')
  })

  it('alike: a DENY by name does not hold for who has none, which we warn of', () => {
    const denyByName: Policy = { action: 'DENY', principals: ['*'] }
    const stranger = { ...GET, caller: undefined }
    expect([istio([denyByName], stranger), ours(written([denyByName]), stranger)]).toEqual(['allow', 'allow'])
  })
})

describe('Kuma', () => {
  /** A MeshTrafficPermission of identities, by prefix. */
  interface Permission {
    readonly deny: readonly string[]
    readonly allow: readonly string[]
    readonly allowWithShadowDeny: readonly string[]
  }

  /** https://developer.konghq.com/mesh/policies/meshtrafficpermission_experimental/: deny, then either allow, and else deny. */
  function kuma({ deny, allow, allowWithShadowDeny }: Permission, { caller = '' }: Call): Effect {
    if (deny.includes(caller)) return 'deny'
    return [...allow, ...allowWithShadowDeny].includes(caller) ? 'allow' : 'deny'
  }

  function written({ deny, allow, allowWithShadowDeny }: Permission): Access {
    const rule = (name: string, effect: Effect, callers: readonly string[]): AccessRule[] =>
      callers.length > 0 ? [{ name, effect, callers }] : []
    const rules = [
      ...rule('allow', 'allow', allow),
      ...rule('shadow', 'allow', allowWithShadowDeny),
      ...rule('deny', 'deny', deny),
    ]
    return { default: 'deny', ...(rules.length > 0 && { rules }) }
  }

  const identities = fc.subarray(['checkout', 'cart.shop', 'thumb'])
  const permission = fc.record({ deny: identities, allow: identities, allowWithShadowDeny: identities })

  it('decides as we do, where its default is written', () => {
    fc.assert(
      fc.property(permission, call, (permission, call) => {
        expect(ours(written(permission), call)).toBe(kuma(permission, call))
      }),
      { numRuns: 500 },
    )
  })

  it('difference: nothing said denies, here nothing said is as it was without access', () => {
    expect(kuma({ deny: [], allow: [], allowWithShadowDeny: [] }, GET)).toBe('deny')
    expect(ours({}, GET)).toBe('allow')
  })

  it('difference: a trial is of a list there (allowWithShadowDeny) and of the whole record here (audit)', () => {
    expect(kuma({ deny: [], allow: [], allowWithShadowDeny: ['checkout'] }, GET)).toBe('allow')
    const judge = access.judge({ default: 'deny', mode: 'audit', rules: undefined })
    // The verdict is the one that would count, and the mode says that it does not yet.
    expect([judge?.mode, judge?.judge('checkout', asked(new Request('http://users/'), '/', 'users')).effect]).toEqual([
      'audit',
      'deny',
    ])
  })

  it('difference: a prefix of an identity there may end within a name, *.shop here is whole labels', () => {
    const shop: Access = { default: 'deny', rules: [{ name: 'shop', effect: 'allow', callers: ['*.shop'] }] }
    expect(ours(shop, { ...GET, caller: 'cart.shop' })).toBe('allow')
    for (const caller of ['shop', 'workshop', 'cart.shop2', 'cart.shop.evil'])
      expect(ours(shop, { ...GET, caller }), caller).toBe('deny')
  })
})
