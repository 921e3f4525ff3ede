/** A description of an API (OpenAPI 3.1), read as tests need it. */
import Ajv2020 from 'ajv/dist/2020.js'

export type Schema = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required?: boolean
  readonly schema: Schema
}

interface Content {
  readonly [type: string]: { readonly schema: Schema }
}

export interface Operation {
  readonly id: string
  readonly method: string
  /** With its parameters: `/v1/services/{name}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Content
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

export interface Description {
  readonly operations: readonly Operation[]
  /** The operation that takes this request. */
  operationFor(method: string, path: string): Operation | undefined
  /** What is wrong with a value, by a schema of this description; nothing where it is right. */
  issuesOf(schema: Schema, value: unknown): string[]
  /** A schema, with what a reference at its top leads to. */
  resolved(schema: Schema): Schema
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Written>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Written {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Operation['responses']
}

export function description(document: Document): Description {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'api', ...document })
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody, responses }]) => ({
      id: operationId,
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content ?? {},
      responses,
    })),
  )
  const absolute = (schema: unknown): unknown =>
    JSON.parse(JSON.stringify(schema), (key, value) => (key === '$ref' ? String(value).replace('#', 'api#') : value))
  return {
    operations,
    operationFor(method, path) {
      const fits = (template: string) =>
        new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
      // What is written out goes before what has parameters.
      return operations
        .filter((one) => one.method === method && fits(one.path))
        .sort((one, other) => one.parameters.length - other.parameters.length)[0]
    },
    issuesOf(schema, value) {
      const validate = ajv.compile(absolute(schema) as object)
      return validate(value)
        ? []
        : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
    },
    resolved(schema) {
      const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined
      return name === undefined ? schema : (document.components.schemas[name] ?? {})
    },
  }
}
