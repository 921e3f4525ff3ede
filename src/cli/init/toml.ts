/** Adds a service binding to a wrangler.toml: behind all that stands there, which stays as it was. */

export interface ServiceBinding {
  readonly binding: string
  readonly service: string
  readonly entrypoint: string
  readonly caller: string
}

export function tomlBinding({ binding, service, entrypoint, caller }: ServiceBinding): string {
  return `[[services]]
binding = "${binding}"
service = "${service}"
entrypoint = "${entrypoint}"
props = { caller = "${caller}" }
`
}

/**
 * The text with one table more; `undefined` where it cannot be added safely: a list of services that is written in one
 * piece takes no table behind it, and a text that ends within quotes is none.
 */
export function withTomlBinding(text: string, added: ServiceBinding): string | undefined {
  const isOneList = /^\s*(?:services|"services"|'services')\s*=/m.test(text)
  const isOpen = (text.split('"""').length - 1) % 2 === 1 || (text.split("'''").length - 1) % 2 === 1
  if (isOneList || isOpen) return undefined
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  return `${text}${end}\n# The mesh: env.${added.binding}.fetch('http://NAME/…') calls a service by its name.\n${tomlBinding(added)}`
}

/** Is something bound by this name? */
export function hasTomlBinding(text: string, name: string): boolean {
  return new RegExp(`^\\s*(?:binding|name)\\s*=\\s*["']${name}["']`, 'm').test(text)
}

/** The value of a key that stands before all tables. */
export function tomlValue(text: string, key: string): string | undefined {
  const [top = ''] = text.split(/^\s*\[/m)
  return new RegExp(`^\\s*${key}\\s*=\\s*["']([^"'\\n]*)["']`, 'm').exec(top)?.[1]
}
