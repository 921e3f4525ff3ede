/** Which parts of a large drawing are in the window, or near it. */

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Pixels around the window that are drawn, too; what is in view is looked at anew after half as many. */
const BESIDE = 800

/** The box around some points. */
export function boxOf(points: readonly { readonly x: number; readonly y: number }[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { x, y } of points) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  return { left, top, right, bottom }
}

/** What is drawn while this is seen: the same for all that is nearly the same. */
export function aroundView({ left, top, right, bottom }: Box): Box {
  const down = (pixels: number) => (Math.floor(pixels / (BESIDE / 2)) * BESIDE) / 2
  const up = (pixels: number) => (Math.ceil(pixels / (BESIDE / 2)) * BESIDE) / 2
  return {
    left: down(left) - BESIDE,
    top: down(top) - BESIDE,
    right: up(right) + BESIDE,
    bottom: up(bottom) + BESIDE,
  }
}

export function overlaps(one: Box, other: Box): boolean {
  return one.left <= other.right && one.right >= other.left && one.top <= other.bottom && one.bottom >= other.top
}

export function isSameBox(one: Box, other: Box): boolean {
  return one.left === other.left && one.top === other.top && one.right === other.right && one.bottom === other.bottom
}
