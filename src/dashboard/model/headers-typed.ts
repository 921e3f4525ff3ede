/** Header lines as one types them: a name, a colon, a value. */

/** @returns the headers, or the line that is none. */
export function headersTyped(
  text: string,
): { readonly headers: Readonly<Record<string, string>> } | { readonly fault: string } {
  const headers: Record<string, string> = {}
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    if (name === undefined || value === undefined)
      return { fault: `“${line.trim()}” is no header: write “name: value”.` }
    headers[name.toLowerCase()] = value
  }
  return { headers }
}
