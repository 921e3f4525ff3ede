/** Addresses that nobody else reads what is sent to. */

/** Is it https, or this machine? */
export function isPrivateAddress(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
