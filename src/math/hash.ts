/** Numbers of 32 bits for texts, the same everywhere: for spreading, not for secrets. */

/** FNV-1a of the text's UTF-16 code units, which for ASCII is FNV-1a of its bytes (RFC 9923). */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/**
 * MurmurHash3's finaliser: each bit of a number sways each bit of another, and no two numbers become the same.
 *
 * FNV-1a alone leaves texts that differ in their last letter close together; on a ring they would be neighbours.
 */
export function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
