/** Pieces of a body in one buffer, which grows: what is held costs what it weighs, however small its pieces are. */

/** The first buffer, in bytes, where nobody says how much will come. */
const FIRST_BYTES = 1024

export class GatheredBytes {
  length = 0
  private buffer: Uint8Array<ArrayBuffer> | undefined

  /** A first piece is kept as it is, and may no longer be written to, where it `isOwn`; any other is copied. */
  add(piece: Uint8Array, isOwn = false): void {
    const { length } = this
    this.length += piece.length
    if (isOwn && length === 0) this.buffer = piece as Uint8Array<ArrayBuffer>
    else this.roomy().set(piece, length)
  }

  /** What is there, from a place on. Not a copy. */
  bytes(from = 0): Uint8Array<ArrayBuffer> {
    return this.buffer?.subarray(from, this.length) ?? new Uint8Array()
  }

  private roomy(): Uint8Array<ArrayBuffer> {
    const { buffer, length } = this
    if (buffer && buffer.length >= length) return buffer
    const larger = new Uint8Array(Math.max(length, FIRST_BYTES, 2 * (buffer?.length ?? 0)))
    if (buffer) larger.set(buffer)
    this.buffer = larger
    return larger
  }
}
