/** Schemas for a manifest around its rules, with the fields, patterns and limits of the Gateway API's own schemas. */
import * as v from 'valibot'
import { port } from '../schema/http.ts'
import { areDistinct, duration, list, must, object, text, whole } from '../schema/kit.ts'

const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const KIND = /^(?=.{1,63}$)[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$/
const ADDRESS = /^\d+(\.\d+){3}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i
const HOUR_MS = 3_600_000
const KEPT_BY_THE_CLUSTER = [
  'uid',
  'resourceVersion',
  'generation',
  'generateName',
  'selfLink',
  'managedFields',
  'ownerReferences',
  'finalizers',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]

/** An HTTPRoute or GRPCRoute. Its `rules` are checked elsewhere. */
export function routeShape(): v.GenericSchema {
  const parents = v.pipe(
    list(parentRef(), 'parents', 32),
    must(
      (all: readonly ParentRef[]) => areDistinct(all.map((one) => JSON.stringify([parentOf(one), sectionOf(one)]))),
      'each parent once, or each time another sectionName or port of it',
    ),
    must(
      (all: readonly ParentRef[]) =>
        new Set(all.map(parentOf)).size ===
        new Set(all.map((one) => JSON.stringify([parentOf(one), sectionOf(one).map((part) => part !== undefined)])))
          .size,
      'a sectionName or port with each reference to one parent, or with none',
    ),
  )
  const hostname = text(
    (name) => SUBDOMAIN.test(name.replace(/^\*\./, '')) && name.length <= 253 && !ADDRESS.test(name),
    'a DNS name in lower case, which may begin with "*." and is no address',
  )
  return manifest({
    parentRefs: v.optional(parents),
    hostnames: v.optional(list(hostname, 'hostnames', 16)),
    rules: v.optional(v.unknown()),
  })
}

export function policyShape(): v.GenericSchema {
  const targetRef: v.GenericSchema = object({ group: group(), kind: kind(), name: objectName() })
  const targets = v.pipe(
    list(targetRef, 'targets', 16, 1),
    must((all: readonly unknown[]) => areDistinct(all.map((one) => JSON.stringify(one))), 'each target once'),
  )
  const budget = object({
    percent: v.optional(whole(0, 100)),
    interval: v.optional(duration('a duration from 1s to 1h', 1000, HOUR_MS)),
  })
  const minRetryRate = object({
    count: v.optional(whole(1, 1_000_000, 'a whole number from 1 to 1,000,000')),
    interval: v.optional(duration('a duration of 1h at most, and not zero', 1, HOUR_MS)),
  })
  return manifest({
    targetRefs: targets,
    retryConstraint: v.optional(object({ budget: v.optional(budget), minRetryRate: v.optional(minRetryRate) })),
    sessionPersistence: v.optional(v.unknown()),
  })
}

interface ParentRef {
  group?: string | undefined
  kind?: string | undefined
  namespace?: string | undefined
  name: string
  sectionName?: string | undefined
  port?: number | undefined
}

function parentOf({ group = 'gateway.networking.k8s.io', kind = 'Gateway', namespace, name }: ParentRef): string {
  return JSON.stringify([group, kind, namespace, name])
}

function sectionOf({ sectionName, port }: ParentRef): readonly unknown[] {
  return [sectionName, port]
}

function parentRef(): v.GenericSchema<ParentRef> {
  return object({
    group: v.optional(group()),
    kind: v.optional(kind()),
    namespace: v.optional(text(LABEL, 'a namespace: one label of a DNS name')),
    name: objectName(),
    sectionName: v.optional(text(SUBDOMAIN, 'a name: a DNS name in lower case')),
    port: v.optional(port()),
  })
}

/** A Kubernetes object with this spec, and the metadata that is allowed. No other field is. */
function manifest(spec: v.ObjectEntries): v.GenericSchema {
  const any = v.optional(v.unknown())
  const texts = v.optional(v.record(v.string(), v.string()))
  const metadata = object({
    name: text(SUBDOMAIN, 'a name: a DNS name in lower case'),
    namespace: v.optional(text(LABEL, 'a namespace: one label of a DNS name')),
    creationTimestamp: v.optional(
      text((at) => INSTANT.test(at) && !Number.isNaN(Date.parse(at)), 'an RFC 3339 instant'),
    ),
    labels: texts,
    annotations: texts,
    ...Object.fromEntries(KEPT_BY_THE_CLUSTER.map((name) => [name, any])),
  })
  // Written by the cluster, and not read.
  return object({ apiVersion: v.string(), kind: v.string(), metadata, spec: object(spec), status: any })
}

const group = () => text((name) => name === '' || SUBDOMAIN.test(name), 'a group: "" or a DNS name in lower case')
const kind = () => text(KIND, 'the kind of an object')
const objectName = () => text(/^.{1,253}$/s, 'the name of an object')
