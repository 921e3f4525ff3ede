/** Addresses that nobody else reads what is sent to. */

/** Is it https, or this machine? What is no URL is neither. */
export function isPrivateAddress(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopback(hostname)
}

/** Does the host of a URL mean the machine that asks? */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
