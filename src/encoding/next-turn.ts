// browsers have no setImmediate
const immediate: ((callback: () => void) => unknown) | undefined = globalThis.setImmediate

/** Whether a turn of the event loop can be waited for without the delay of a timer. */
export const hasImmediate = immediate != null

/** Calls back in the next turn of the event loop, after promises and the events of this one. */
export function nextTurn (callback: () => void): void {
  if (immediate != null) {
    immediate(callback)
  } else {
    setTimeout(callback)
  }
}
