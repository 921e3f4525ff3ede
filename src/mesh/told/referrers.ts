/** Who refers to a name: the records whose alias or rules lead to it. */
import { wildcardsOf } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { leadsOf } from '../../record/leads.ts'
import { type RecordParser, recordParser } from '../../record/parse.ts'
import type { ServiceRecord } from '../../record/record.ts'

export interface Referrer {
  readonly name: string
  /** Keys and indexes to where it says so. */
  readonly path: readonly (string | number)[]
}

/** A record as it stands in the registry. */
export interface Standing {
  readonly name: string
  readonly text: string
}

/** A name that no record stands under means the longest wildcard that answers for it. */
export function referrersOf(name: string, all: readonly Standing[]): Referrer[] {
  const standing = new Set(all.map((one) => one.name))
  const parse = recordParser()
  const isMeant = (said: string) => {
    const own = [said, ...wildcardsOf(said)]
    return (own.find((one) => standing.has(one)) ?? said) === name
  }
  // Most records name nobody: to parse them all would take a second for ten thousand.
  const hint = `"${name.split(/[.@]/, 1)[0]}`
  const near = name.startsWith('*.') ? all : all.filter(({ text }) => text.includes(hint))
  return near.flatMap((one) => {
    const record = parsed(one.text, parse)
    if (!record) return []
    return namesIn(record).flatMap(({ said, path }) => (isMeant(said) ? [{ name: one.name, path }] : []))
  })
}

function namesIn({ alias, rules = [] }: ServiceRecord): { said: string; path: Referrer['path'] }[] {
  const aliases = (alias ?? []).map((said) => ({ said, path: ['alias'] }))
  const ruled = rules.flatMap((rule, index) =>
    leadsOf(rule).map(({ name, path }) => ({ said: name, path: ['rules', index, ...path] })),
  )
  return [...aliases, ...ruled]
}

/** What the mesh refuses leads nowhere. */
function parsed(text: string, parse: RecordParser): ServiceRecord | undefined {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof MeshError) return undefined
    throw error
  }
}
