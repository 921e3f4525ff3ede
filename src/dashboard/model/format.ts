/** How numbers and times read: short, with their units, and a dash where there is nothing to say. */

export const NOTHING = '–'

/** Requests a second: three digits are enough. */
export function rate(perSecond: number | undefined): string {
  if (perSecond === undefined) return NOTHING
  if (perSecond === 0) return '0'
  if (perSecond < 0.01) return '<0.01'
  return short(perSecond)
}

export function count(n: number | undefined): string {
  return n === undefined ? NOTHING : short(n)
}

/** 0 to 1 as percent. What is not all is never rounded up to 100 %. */
export function share(part: number | null | undefined): string {
  if (part === undefined || part === null) return NOTHING
  if (part >= 1) return '100 %'
  const percent = Math.floor(part * 10_000) / 100
  return `${percent >= 10 && percent < 99 ? percent.toFixed(1) : trimmed(percent.toFixed(2))} %`
}

export function duration(ms: number | null | undefined): string {
  if (ms === undefined || ms === null) return NOTHING
  if (ms < 1) return '<1 ms'
  if (ms < 10) return `${trimmed(ms.toFixed(1))} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  return `${trimmed((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`
}

const UNITS = [
  { ms: 86_400_000, unit: 'd' },
  { ms: 3_600_000, unit: 'h' },
  { ms: 60_000, unit: 'min' },
  { ms: 1_000, unit: 's' },
] as const

/** How long ago, in its largest unit. Clocks differ a little: what is to come is now. */
export function age(ms: number): string {
  const found = UNITS.find((one) => ms >= one.ms)
  return found ? `${Math.floor(ms / found.ms)} ${found.unit}` : 'now'
}

/** In the viewer's zone and language. */
export function instant(iso: string, zone?: string): string {
  return new Intl.DateTimeFormat(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).format(new Date(iso))
}

function short(n: number): string {
  if (n >= 999_500) return `${trimmed((n / 1_000_000).toPrecision(3))}M`
  if (n >= 999.5) return `${trimmed((n / 1_000).toPrecision(3))}k`
  return trimmed(n >= 100 ? n.toFixed(0) : n.toPrecision(n >= 1 ? 3 : 2))
}

function trimmed(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}
