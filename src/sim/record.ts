/** The records of a scenario's services, as an operator would write them. */
import type { WrittenPolicy } from '../record/fields.ts'
import type { WrittenRecord } from '../record/record.ts'
import { addressOf, endpointAddress } from './address.ts'
import type { Alias, Backend, Routed, Service, Tier } from './scenario.ts'

/** @param contender laid over the policy of the scenario. */
export function recordOf(name: string, service: Service, contender: WrittenPolicy): WrittenRecord {
  if (isAlias(service)) return { alias: [...service.alias] }
  return { ...targetsOf(name, service), ...service.policy, ...contender }
}

function targetsOf(name: string, service: Exclude<Service, Alias>): Pick<WrittenRecord, 'endpoints' | 'rules'> {
  if (isTier(service)) return { endpoints: [addressOf(name)] }
  if (isRouted(service)) return { rules: service.rules }
  return {
    endpoints: service.endpoints.map(({ weight }, index) => {
      const url = endpointAddress(name, index)
      return weight === undefined ? url : { url, weight }
    }),
  }
}

/** Names of the services that take what comes for one with rules, each once. */
export function backendsOf({ rules }: Routed): string[] {
  return [...new Set(rules.flatMap(({ backendRefs = [] }) => backendRefs.map(({ name }) => name)))]
}

/** Addresses of the leaf that count as one, in the order of the report. */
export function placesOf(services: Readonly<Record<string, Service>>, leaf: string): readonly (readonly string[])[] {
  const service = services[leaf] as Service
  const behind = isRouted(service) ? backendsOf(service) : isAlias(service) ? service.alias : undefined
  if (behind) return behind.map((name) => placesOf(services, name).flat())
  if (!isBackend(service)) return [[]]
  return service.endpoints.map((_, index) => [endpointAddress(leaf, index)])
}

export function isTier(service: Service): service is Tier {
  return 'calls' in service
}

export function isRouted(service: Service): service is Routed {
  return 'rules' in service
}

export function isBackend(service: Service): service is Backend {
  return 'endpoints' in service
}

export function isAlias(service: Service): service is Alias {
  return 'alias' in service
}
