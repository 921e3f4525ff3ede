/** What decisions are told with: the stack of the data plane itself, over a registry that is noted and a network that sends nothing. */
import type { Service } from '../../core/engine/service.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import type { WrittenPolicy } from '../../record/fields.ts'
import { parsePolicy } from '../../record/parse.ts'
import type { Registry } from '../../registry/registry.ts'
import { snapshot } from '../../registry/snapshot.ts'
import { everyBinding, standIns } from '../../targets/installed/stand-ins.ts'
import { unreachableBecause } from '../../targets/roads.ts'
import type { Sent } from '../../targets/sent.ts'
import type { Installation } from '../../wire/installation.ts'
import type { Named } from '../call-context.ts'
import { type Hosts, hosts, MESH_HOSTS } from '../identify.ts'
import { type Settings, withDefaults } from '../options.ts'
import { services } from '../services.ts'
import { outbound } from '../stack.ts'
import { access } from '../trust/access.ts'
import { type NotedRegistry, notedRegistry, type WhatIf } from './reads.ts'
import { type WatchedServices, watchedServices } from './watched.ts'

/** Where a decision is made. */
export interface Place {
  /** What stands in the registry. */
  readonly registry: Registry
  /** Records in place of those that stand there. Default: none. */
  readonly whatIf?: WhatIf | undefined
  /** What the Worker of the mesh has. Where nobody has said it, every binding is taken for there. */
  readonly installation?: Installation | undefined
  /** The mesh's own, where the installation does not say it. Default `mesh`. */
  readonly domain?: string | undefined
  readonly clock: Clock
  readonly random: Random
}

export interface Teller {
  readonly settings: Settings
  readonly hosts: Hosts
  readonly services: WatchedServices
  readonly registry: NotedRegistry
  readonly call: Service<Named>
}

/** How long the registry has to answer, in milliseconds: nobody's call waits for it. */
const REGISTRY_READ_MS = 5000
/** Subrequests: nothing is sent, and reads are not counted. */
const NO_LIMIT = 10_000

/**
 * @param send is what stands in for the network.
 * @throws {MeshError} `record_invalid` where `MESH_DEFAULTS` of the installation is not understood.
 */
export function teller(
  { registry, whatIf, installation, domain = 'mesh', clock, random }: Place,
  send: Service<Sent>,
): Teller {
  const noted = notedRegistry(registry, whatIf)
  const settings = withDefaults({
    registry: noted.registry,
    domain: installation?.variables.MESH_DOMAIN ?? domain,
    defaults: defaultsOf(installation),
    maxSubrequests: NO_LIMIT,
    platformCancels: true,
    log: 'off',
    trust: access,
    sink: { span() {} },
    clock,
    random,
  })
  const here = {
    bindings: installation ? standIns(installation.bindings) : everyBinding(),
    hasCloud: installation?.cloud ?? true,
    // An older mesh does not say it, and has none.
    hasTopics: installation ? installation.topics === true : true,
  }
  const watched = watchedServices(
    services({ ...settings, unreachableBecause: (target) => unreachableBecause(target, here) }),
  )
  const known = snapshot(noted.registry, { ...settings, readMs: REGISTRY_READ_MS })
  return {
    settings,
    hosts: hosts(installation?.variables.MESH_HOSTS ?? MESH_HOSTS),
    services: watched,
    registry: noted,
    call: outbound(settings, known, watched, send),
  }
}

/** `MESH_DEFAULTS` as the mesh has it. */
export function defaultsOf(installation: Installation | undefined): WrittenPolicy {
  const written = installation?.variables.MESH_DEFAULTS
  return written === undefined ? {} : parsePolicy(written)
}
