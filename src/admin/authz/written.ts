/** What all records say of who may call, as the mesh obeys it: with what `MESH_DEFAULTS` adds. */
import { defaultsOf } from '../../mesh/told/teller.ts'
import type { Policies } from '../../record/fields.ts'
import { recordParser } from '../../record/parse.ts'
import { policyMaker } from '../../record/policies.ts'
import type { Installation } from '../../wire/installation.ts'
import type { Token } from '../auth/tokens.ts'
import type { Registry } from '../env.ts'
import { listed } from '../listed.ts'
import type { AuthzPolicyView } from '../views/traffic.ts'

/** Records that are looked at, at most. */
const MOST_RECORDS = 10_000
const PAGE = 1_000

type AccessPolicy = NonNullable<Policies['access']>
type AccessRule = NonNullable<AccessPolicy['rules']>[number]

export interface Written {
  readonly policies: AuthzPolicyView[]
  /** Records that say nothing of it. */
  readonly open: string[]
}

/** @throws {MeshError} `record_invalid` where `MESH_DEFAULTS` of the installation is not understood. */
export async function written(
  registry: Registry,
  token: Token,
  installation: Installation | undefined,
): Promise<Written> {
  const accessOf = reader(installation)
  const policies: AuthzPolicyView[] = []
  const open: string[] = []
  for (let cursor: string | undefined, seen = 0; seen < MOST_RECORDS; ) {
    const page = await listed(registry, token, { limit: PAGE, ...(cursor !== undefined && { cursor }) })
    for (const { name, text } of page.items) {
      const policy = accessOf(text)
      if (policy === 'open') open.push(name)
      else if (policy) policies.push(toldOf(name, policy))
    }
    seen += page.items.length
    if (page.cursor === undefined) break
    cursor = page.cursor
  }
  return { policies, open }
}

/** Gives `undefined` of a record that is asked of nobody: an alias, or one that is not understood. */
function reader(installation: Installation | undefined): (text: string) => AccessPolicy | 'open' | undefined {
  const defaults = defaultsOf(installation)
  const parse = recordParser()
  const policies = policyMaker(defaults)
  return (text) => {
    // Most records say nothing, and a text is looked through faster than it is parsed.
    const isPlain = !defaults.access && !text.includes('"access"') && !text.includes('"alias"')
    if (isPlain) return 'open'
    try {
      const { alias, policy } = parse(text)
      if (alias) return undefined
      return policies.of(policy).access ?? 'open'
    } catch {
      return undefined
    }
  }
}

function toldOf(record: string, { default: otherwise, mode, rules = [] }: AccessPolicy): AuthzPolicyView {
  return { record, default: otherwise, mode, rules: rules.map(ruleOf) }
}

function ruleOf({ name, effect, callers, claims, methods, paths }: AccessRule): AuthzPolicyView['rules'][number] {
  return {
    name,
    effect,
    ...(callers && { callers: [...callers] }),
    ...(claims && { claims: Object.entries(claims).map(([claim, values]) => `${claim}=${values.join('|')}`) }),
    ...(methods && { methods: [...methods] }),
    ...(paths && {
      paths: paths.map((path) =>
        typeof path === 'string' ? path : `${path.type ?? 'PathPrefix'} ${path.value ?? '/'}`,
      ),
    }),
  }
}
